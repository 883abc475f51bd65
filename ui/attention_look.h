#pragma once
// How both canvases of the attention view look: scale, values, colours, threshold, what is marked; and whether there
// are two.

#include <QWidget>

class QCheckBox;
class QLabel;

namespace corpuscope::ui {

class AttentionCanvas;
class AttentionPane;
class FlowLayout;

class AttentionLook : public QWidget {
  Q_OBJECT

 public:
  AttentionLook(AttentionPane& first, AttentionPane& second, QWidget* parent = nullptr);

  bool is_comparing() const;
  void set_comparing(bool comparing);
  QWidget* compare_box() const;      // may be put elsewhere, and taken back to the end of the row
  void take_back_compare_box();
  void set_has_weights(bool has);    // else the pattern is all there is
  void show_labels(bool shown);      // where there is room for them

 signals:
  void comparing_changed(bool comparing);

 private:
  void add_choice(const QString& name, const char* object_name, const QStringList& items, const QString& tip,
                  const std::function<void(AttentionCanvas&, int)>& apply);
  void add_threshold();
  QCheckBox* add_check(const QString& text, const char* name, const QString& tip);
  void add_labelled(const QString& text, QWidget* widget);

  AttentionPane* const panes_[2];
  FlowLayout* row_;
  QCheckBox *pattern_only_, *compare_;
  QList<QLabel*> labels_;
};

}  // namespace corpuscope::ui
