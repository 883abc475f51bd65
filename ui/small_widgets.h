#pragma once
// Buttons, lines and labels as the rows of controls have them.

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <functional>

namespace corpuscope::ui {

template <typename Button>
Button* make_button(const QString& text, const char* object_name, const QString& tip, const QObject* with,
                    const std::function<void()>& run) {
  auto* out = new Button;
  out->setText(text);
  out->setObjectName(QLatin1String(object_name));
  out->setToolTip(tip);
  out->setAccessibleName(tip);
  QObject::connect(out, &Button::clicked, with, [run] { run(); });
  return out;
}

inline QPushButton* make_push_button(const QString& object, const QString& text, const QString& tip) {
  auto* out = new QPushButton(text);
  out->setObjectName(object);
  out->setToolTip(tip);
  return out;
}

// Box: QSpinBox or QDoubleSpinBox.
template <typename Box, typename Number>
Box* make_number(const QString& object, const QString& name, Number least, Number most, Number value) {
  auto* out = new Box;
  out->setObjectName(object);
  out->setAccessibleName(name);
  out->setToolTip(name);
  out->setRange(least, most);
  out->setValue(value);
  out->template findChild<QLineEdit*>()->setAccessibleName(name);
  return out;
}

inline QLineEdit* make_line(const QString& name, const char* object_name, const QString& placeholder) {
  auto* out = new QLineEdit;
  out->setObjectName(QLatin1String(object_name));
  out->setAccessibleName(name);
  out->setPlaceholderText(placeholder);
  out->setMinimumWidth(out->fontMetrics().averageCharWidth() * 14);
  return out;
}

// The label's letter leads to the first.
inline QWidget* with_label(const QString& text, const QList<QWidget*>& widgets) {
  auto* all = new QWidget;
  auto* row = new QHBoxLayout(all);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  auto* label = new QLabel(text);
  label->setBuddy(widgets.front());
  label->setMinimumWidth(label->sizeHint().width() + 4);  // the hint is short of what letters with an underline take
  row->addWidget(label);
  for (QWidget* widget : widgets) row->addWidget(widget);
  return all;
}

}  // namespace corpuscope::ui
