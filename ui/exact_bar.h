#pragma once
// Below a canvas: how the single weights of what it shows come about. Told are progress, cost and trouble; a button
// begins, stops or tries again. Hidden where there is nothing to say.

#include <QWidget>
#include <optional>

#include "ui/exact_source.h"

class QLabel;
class QPushButton;

namespace corpuscope::ui {

class ExactBar : public QWidget {
  Q_OBJECT

 public:
  ExactBar(ExactSource& source, int number, QWidget* parent = nullptr);

  const std::shared_ptr<const explore::ExactWeights>& weights() const { return weights_; }  // null: none at hand
  void want(const ExactWish& wish);  // a person's own wish that is under way goes first
  void want_none();                  // likewise
  void forget();                     // also what is under way
  void keep_room(bool kept);         // while it is hidden

 signals:
  void weights_changed();

 private:
  void connect_source();
  void take(std::shared_ptr<const explore::ExactWeights> weights);
  void press();
  void say(const QString& text, const QString& button, bool is_computing);

  ExactSource& source_;
  const int number_;
  QLabel* text_;
  QPushButton* button_;
  std::shared_ptr<const explore::ExactWeights> weights_;
  std::optional<ExactWish> wished_;
  bool computing_ = false;
};

}  // namespace corpuscope::ui
