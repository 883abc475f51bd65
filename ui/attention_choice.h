#pragma once
// What one canvas of the attention view shall show: the weights of a run, dense attention or a pattern; of which layer
// and head.

#include <QWidget>
#include <optional>
#include <vector>

#include "ui/tile_source.h"

class QComboBox;

namespace corpuscope::ui {

class FlowLayout;
class Session;

struct AttentionSource {
  enum class Kind {
    weights,  // of a run
    dense,    // as dense attention of the same model would have them, over a stretch
    pattern,  // the geometry alone
  };
  Kind kind = Kind::weights;
  qint64 run = 0;  // 0: the one that the window looks at
  std::optional<std::pair<pattern::OffsetRule, bool>> other_pattern;  // instead of the run's: rule, and if staggered
  bool operator==(const AttentionSource&) const = default;
};

class AttentionChoice : public QWidget {
  Q_OBJECT

 public:
  AttentionChoice(Session& session, int number, QWidget* parent = nullptr);

  AttentionSource source() const;
  int layer() const;
  int layers() const;
  int head() const;       // or mean_of_heads, strongest_head
  QString title() const;  // what is chosen, in words

  void fill_sources();  // as the session has them; tells nobody
  void fill_layers(const std::optional<Geometry>& geometry, const std::optional<workspace::Run>& run);
  void set_has_layers(bool has);
  void set_strongest_stored(bool stored);  // runs of before have no maps of the strongest head
  void choose(const AttentionSource& source);
  void choose_layer(int layer);
  void add_control(QWidget* widget);  // behind its own

 signals:
  void source_changed();
  void layer_changed(int layer);
  void head_changed();

 private:
  QComboBox* combo(const QString& name, const char* object_name);

  Session& session_;
  const int number_;
  FlowLayout* row_;
  QComboBox *source_, *layer_, *head_;
  std::vector<AttentionSource> sources_;
  bool source_chosen_ = false;
};

}  // namespace corpuscope::ui
