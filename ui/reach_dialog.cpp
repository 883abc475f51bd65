#include "ui/reach_dialog.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>
#include <cmath>

#include "explore/context_reach.h"
#include "ui/painting_reach.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("reach", text); }

// Two digits: the error allows no more.
QString about(double tokens) {
  double unit = 1;
  while (tokens / unit >= 100) unit *= 10;
  return grouped(qint64(std::round(tokens / unit) * unit));
}

class ReachPlot : public QWidget {
 public:
  ReachPlot() {
    setObjectName(QStringLiteral("reach_plot"));
    setMinimumSize(420, 260);
  }
  void show_reach(const workspace::ContextReach& reach) {
    reach_ = reach;
    QStringList parts;
    for (const auto& octave : reach.octaves)
      parts << tr("beyond %1 tokens: %2 bits, error %3").arg(grouped(octave.first)).arg(octave.saved, 0, 'f', 4).arg(octave.error, 0, 'f', 4);
    setAccessibleName(tr("Bits a token saved by the context beyond a distance"));
    setAccessibleDescription(parts.join(QStringLiteral("; ")));
    update();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setFont(font());
    paint_reach(painter, size(), reach_, is_dark(palette()));
  }

 private:
  workspace::ContextReach reach_;
};

class ReachDialog : public QDialog {
 public:
  ReachDialog(Session& session, QWidget* window) : QDialog(window), session_(session) {
    setObjectName(QStringLiteral("reach_dialog"));
    setWindowTitle(tr("How far back the model uses its context"));
    auto* column = new QVBoxLayout(this);
    words_ = new QLabel;
    words_->setObjectName(QStringLiteral("reach_words"));
    words_->setWordWrap(true);
    how_ = new QLabel;
    how_->setObjectName(QStringLiteral("reach_how"));
    how_->setWordWrap(true);
    how_->setFont(small_font(font()));
    how_->setForegroundRole(QPalette::PlaceholderText);
    plot_ = new ReachPlot;
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addWidget(words_);
    column->addWidget(plot_, 1);
    column->addWidget(how_);
    column->addWidget(buttons);
    connect(&session_, &Session::run_changed, this, [this] { refresh(); });
    connect(&session_, &Session::workspace_opened, this, &QDialog::close);
    refresh();
    resize(620, 480);
  }

 private:
  void refresh() {
    const auto reach = session_.reach();
    if (!reach) return;
    words_->setText(reach_words(*reach));
    plot_->show_reach(*reach);
    how_->setText(tr("Measured on %1 windows of %2 tokens of this corpus, each read behind %3 tokens of other text of it in place of its own: "
                     "what a token costs more there than it did in the reading is what its true far context saves. Bars: one standard error. "
                     "It took %4.")
                      .arg(grouped(reach->windows), grouped(reach->window), grouped(reach->other), duration(reach->seconds)));
  }

  Session& session_;
  QLabel *words_, *how_;
  ReachPlot* plot_;
};

}  // namespace

QString reach_text(const workspace::ContextReach& reach) {
  const auto used = explore::used_context(reach);
  if (used.at_least) return tr("uses at least %1 tokens back").arg(grouped(qint64(used.tokens)));
  if (used.tokens <= 0) return tr("makes no use of its context");
  return tr("uses about %1 tokens back").arg(about(used.tokens));
}

QString reach_words(const workspace::ContextReach& reach) {
  const auto used = explore::used_context(reach);
  if (used.at_least)
    return tr("On this corpus the model uses its context at least %1 tokens back, as far as it was measured.").arg(grouped(qint64(used.tokens)));
  return tr("On this corpus the model uses its context about %1 tokens back (%2 to %3 by the sampling error). All that lies further back saves "
            "less than %4 bits a token, whatever weights its attention shows there.")
      .arg(about(used.tokens), about(used.least), about(used.most))
      .arg(explore::least_saving);
}

void show_reach_dialog(Session& session, QWidget* window) {
  auto* dialog = window->findChild<ReachDialog*>(QStringLiteral("reach_dialog"), Qt::FindDirectChildrenOnly);
  if (!dialog) dialog = new ReachDialog(session, window);
  dialog->show();
  dialog->raise();
  dialog->activateWindow();
}

}  // namespace corpuscope::ui
