#pragma once
// The attention canvas with its controls: layer, head, levels, scale, pattern only; and what lies under the mouse.

#include <QWidget>
#include <memory>

namespace corpuscope::ui {

class Session;

class AttentionView : public QWidget {
  Q_OBJECT

 public:
  explicit AttentionView(Session& session, QWidget* parent = nullptr);
  ~AttentionView() override;

 signals:
  void layer_changed(int layer);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
