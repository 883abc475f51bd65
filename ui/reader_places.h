#pragma once
// The places where the cursor has been, as a menu: newest first, the present one marked, with their text. Below them:
// bookmarks.

#include <QMenu>

namespace corpuscope::ui {

class Session;

class ReaderPlaces : public QMenu {
  Q_OBJECT

 public:
  explicit ReaderPlaces(Session& session, QWidget* parent = nullptr);

 private:
  void fill();
  void ask_texts();

  Session& session_;
  static constexpr qsizetype most = 25;
};

}  // namespace corpuscope::ui
