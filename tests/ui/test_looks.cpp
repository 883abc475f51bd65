// What holds for the window as a whole: themes, names for those who cannot see it, keys for everything, large letters
// and wordy languages, and how soon it is there.

#include <QAbstractButton>
#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QTabBar>
#include <QTabWidget>
#include <QTranslator>
#include <QTreeWidget>

#include "ui/colors.h"
#include "ui/elided_label.h"
#include "ui/keys_dialog.h"
#include "window_support.h"

namespace corpuscope::ui {

namespace {

// Every text half as long again, as in the wordiest languages. Names of keys stay.
class Wordy : public QTranslator {
 public:
  QString translate(const char*, const char* source, const char*, int) const override {
    const QString text = QString::fromUtf8(source);
    if (text.contains("Ctrl+") || text.contains("Alt+") || text.contains("Shift+")) return text;
    return text + QStringLiteral(" ëxtrå wörds").repeated(1 + int(text.size()) / 24).left(2 + text.size() / 2);
  }
  bool isEmpty() const override { return false; }
};

QString described(const QWidget& widget) {
  const QVariant text = widget.property("text");
  return QStringLiteral("%1 %2 “%3” in %4: %5 x %6, wants %7 x %8")
      .arg(widget.metaObject()->className(), widget.objectName(), text.toString(),
           widget.parentWidget() ? widget.parentWidget()->objectName() : QString())
      .arg(widget.width())
      .arg(widget.height())
      .arg(widget.sizeHint().width())
      .arg(widget.sizeHint().height());
}

bool holds_its_text(const QWidget& widget) {
  if (const auto* label = qobject_cast<const QLabel*>(&widget)) {
    if (label->text().isEmpty() || qobject_cast<const ElidedLabel*>(label)) return true;
    if (label->wordWrap()) return label->height() >= label->heightForWidth(label->width());
    const bool gives_way = label->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored;
    return (gives_way || label->width() >= label->sizeHint().width()) && label->height() >= label->fontMetrics().height();
  }
  if (qobject_cast<const QAbstractButton*>(&widget) || qobject_cast<const QComboBox*>(&widget))
    return widget.width() >= widget.sizeHint().width() && widget.height() >= widget.minimumSizeHint().height();
  if (qobject_cast<const QLineEdit*>(&widget)) return widget.height() >= widget.fontMetrics().height();
  return true;
}

QStringList clipped(const QWidget& window) {
  QStringList all;
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    if (!widget->isVisible() || widget->objectName().startsWith("qt_")) continue;
    if (qobject_cast<const QTabBar*>(widget->parentWidget())) continue;  // Qt's own arrows
    if (!holds_its_text(*widget)) all << described(*widget);
    const QRect inside(widget->mapTo(&window, QPoint(0, 0)), widget->size());
    if (!window.rect().contains(inside) && qobject_cast<const QLabel*>(widget)) all << "outside: " + described(*widget);
  }
  return all;
}

// What makes the window so wide.
QStringList widest(const QWidget& window) {
  QStringList all;
  for (const QWidget* widget : window.findChildren<QWidget*>())
    if (widget->isVisible() && std::max(widget->minimumWidth(), widget->minimumSizeHint().width()) > window.width() / 2)
      all << described(*widget);
  return all;
}

}  // namespace

class Looks : public QObject {
  Q_OBJECT

  std::filesystem::path file_;
  QFont font_;
  std::unique_ptr<Wordy> wordy_;

  static void expect_none(const QStringList& found) {
    QVERIFY2(found.isEmpty(), qPrintable(u'\n' + found.join(u'\n')));
  }

  // Walks through the window's states and looks for texts that do not fit.
  void check_nothing_is_clipped() {
    Window at({1280, 800});
    expect_none(clipped(*at.window));
    at.open(file_);
    at.session.selection().set_cursor(1000);
    at.settle();
    auto& views = at.find<QTabWidget>("views");
    for (int view = 0; view < views.count(); ++view) {
      views.setCurrentIndex(view);
      at.settle();
      expect_none(clipped(*at.window));
      QVERIFY2(at.window->width() <= 1280 && at.window->height() <= 800,
               qPrintable(QStringLiteral("%1 x %2: %3").arg(at.window->width()).arg(at.window->height()).arg(widest(*at.window).join(u'\n'))));
    }
    at.window->open_path("/nowhere/at/all");
    at.find<QTabWidget>("corpus_tabs").setCurrentIndex(1);
    at.settle();
    expect_none(clipped(*at.window));
  }

 private slots:
  void initTestCase() {
    file_ = read_workspace("looks");
    font_ = QApplication::font();
  }
  void init() { QSettings().clear(); }
  void cleanup() {
    if (wordy_) QCoreApplication::removeTranslator(wordy_.get());
    wordy_.reset();
    QApplication::setFont(font_);
  }

  void themes() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(500);
    at.settle();
    at.trigger("action_theme_light");
    QTRY_VERIFY(!is_dark(at.window->palette()));
    QTest::qWait(50);
    const QImage light = at.window->grab().toImage();
    QTest::keyClick(at.window.get(), Qt::Key_3, Qt::ControlModifier | Qt::AltModifier);
    QTRY_VERIFY(is_dark(at.window->palette()));
    QVERIFY(at.find<QAction>("action_theme_dark").isChecked() && !at.find<QAction>("action_theme_light").isChecked());
    QTest::qWait(50);
    const QImage dark = at.window->grab().toImage();
    QVERIFY(dark != light);
    // Every part follows, also those that paint themselves.
    for (const char* part : {"sequence_bar", "reader_text", "corpus_tree", "inspector", "search_box", "jobs_bar"}) {
      const QImage shown = at.find<QWidget>(part).grab().toImage();
      QVERIFY2(qGray(shown.pixel(shown.width() - 3, shown.height() - 3)) < 100, part);
    }
    Window next;
    QTRY_VERIFY(is_dark(next.window->palette()));
    next.trigger("action_theme_light");
    QTRY_VERIFY(!is_dark(next.window->palette()));
  }

  void everything_has_a_name() {
    Window at;
    QStringList nameless;
    const auto look = [&] {
      for (QWidget* widget : at.window->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
        const auto* accessible = QAccessible::queryAccessibleInterface(widget);
        if (!accessible || accessible->text(QAccessible::Name).trimmed().isEmpty()) nameless << described(*widget);
      }
    };
    look();
    at.open(file_);
    at.session.selection().set_cursor(500);
    for (int view = 0; view < at.find<QTabWidget>("views").count(); ++view) {
      at.find<QTabWidget>("views").setCurrentIndex(view);
      at.find<QTabWidget>("corpus_tabs").setCurrentIndex(view % 2);
      at.settle();
      look();
    }
    nameless.removeDuplicates();
    expect_none(nameless);
  }

  void every_action_has_a_key_of_its_own() {
    Window at;
    at.open(file_);
    // What lies here depends on the person and the machine.
    const QList<QObject*> lists{&at.find<QMenu>("recent_menu"), &at.find<QMenu>("device_menu")};
    QStringList keyless, twice;
    QMap<QString, QString> taken;
    for (const QAction* action : at.window->findChildren<QAction*>()) {
      if (action->isSeparator() || !action->isVisible() || action->menu() || action->text().isEmpty() || lists.contains(action->parent())) continue;
      if (action->shortcut().isEmpty()) keyless << action->text();
      for (const QKeySequence& key : action->shortcuts()) {
        const QString name = key.toString();
        if (taken.contains(name)) twice << name + ": " + taken[name] + ", " + action->text();
        taken[name] = action->text();
      }
    }
    expect_none(keyless);
    expect_none(twice);
    QVERIFY(taken.size() > 20);
  }

  void every_menu_has_letters_of_its_own() {
    Window at;
    QStringList twice;
    QList<QList<QAction*>> menus{at.window->menuBar()->actions()};
    for (const QMenu* menu : at.window->findChildren<QMenu*>())
      if (menu->objectName() != "recent_menu") menus << menu->actions();
    for (const auto& menu : menus) {
      QMap<QChar, QString> taken;
      for (const QAction* action : menu) {
        const auto at_sign = action->text().indexOf(u'&');
        if (at_sign < 0) continue;
        const QChar letter = action->text()[at_sign + 1].toLower();
        if (taken.contains(letter)) twice << taken[letter] + ", " + action->text();
        taken[letter] = action->text();
      }
    }
    expect_none(twice);
  }

  void the_list_of_keys() {
    Window at;
    at.trigger("action_keys");
    auto& dialog = at.find<QDialog>("keys_dialog");
    QVERIFY(dialog.isVisible());
    QStringList listed;
    auto* list = dialog.findChild<QTreeWidget*>();
    for (int group = 0; group < list->topLevelItemCount(); ++group)
      for (int row = 0; row < list->topLevelItem(group)->childCount(); ++row)
        listed << list->topLevelItem(group)->child(row)->text(1);
    for (const QAction* action : at.window->findChildren<QAction*>())
      if (!action->shortcut().isEmpty())
        QVERIFY2(listed.contains(action->shortcut().toString(QKeySequence::NativeText)), qPrintable(action->text()));
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QTRY_VERIFY(!at.window->findChild<QDialog*>("keys_dialog"));
  }

  void the_window_s_places_are_remembered() {
    {
      Window at({1100, 700});
      at.open(file_);
      at.trigger("action_inspector");
      at.window->close();
    }
    Window at({1100, 700});
    at.open(file_);
    QVERIFY(at.find<QWidget>("corpus_dock").isVisible());
    QVERIFY(!at.find<QWidget>("inspector_dock").isVisible());  // a person closed it
    at.trigger("action_inspector");
    QVERIFY(at.find<QWidget>("inspector_dock").isVisible());
  }

  void nothing_is_clipped() { check_nothing_is_clipped(); }

  void nothing_is_clipped_in_letters_twice_as_large() {
    QFont large = font_;
    large.setPointSizeF(font_.pointSizeF() * 2);
    QApplication::setFont(large);
    check_nothing_is_clipped();
  }

  void nothing_is_clipped_in_a_wordy_language() {
    wordy_ = std::make_unique<Wordy>();
    QCoreApplication::installTranslator(wordy_.get());
    check_nothing_is_clipped();
  }

  void nothing_is_clipped_in_the_dialog() {
    Window at;
    const std::unique_ptr<QDialog> dialog(make_keys_dialog(at.window->findChildren<QAction*>(), at.window.get()));
    dialog->setAttribute(Qt::WA_DeleteOnClose, false);
    dialog->show();
    expect_none(clipped(*dialog));
  }

  void how_soon_the_window_is_there() {
    QElapsedTimer clock;
    clock.start();
    const Window at;
    QVERIFY(QTest::qWaitForWindowExposed(at.window.get()));
    qInfo("the window is shown after %lld ms", clock.elapsed());  // measured, not asserted: machines differ
    QVERIFY(at.window->isVisible());
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Looks>(argc, argv); }
#include "test_looks.moc"
