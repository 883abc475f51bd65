#include "ui/attention_view.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/error.h"
#include "explore/edge_table.h"
#include "ui/attention_export.h"
#include "ui/attention_look.h"
#include "ui/attention_pane.h"
#include "ui/attention_places.h"
#include "ui/elided_label.h"
#include "ui/level_row.h"
#include "ui/names.h"
#include "ui/picture_file.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

struct AttentionView::Impl {
  Impl(AttentionView& owner, Session& s) : view(owner), session(s) {}

  AttentionView& view;
  Session& session;
  const std::shared_ptr<TileCache> cache = std::make_shared<TileCache>();
  ExactSource exact;
  AttentionPane* panes[2] = {nullptr, nullptr};
  QSplitter* splitter = nullptr;
  AttentionLook* look = nullptr;
  AttentionPlaces* places = nullptr;
  QToolButton *back = nullptr, *forward = nullptr;
  LevelRow* levels = nullptr;
  QHBoxLayout* below_row = nullptr;
  QWidget* navigation = nullptr;
  std::optional<bool> navigation_above;
  bool compare_below = false;
  QLabel* readout = nullptr;
  bool moving = false, compared = false;
  std::optional<Geometry> shown;  // whose levels have buttons

  AttentionCanvas& canvas(int number = 0) { return panes[number]->canvas(); }
  bool comparing() const { return look->is_comparing(); }

  // ---- what there is ----

  QToolButton* button(const QString& text, const char* name, const QString& tip) {
    auto* tool = new QToolButton;
    tool->setText(text);
    tool->setObjectName(QLatin1String(name));
    tool->setToolTip(tip);
    tool->setAccessibleName(tip);
    tool->setAutoRaise(true);
    return tool;
  }

  void build() {
    build_panes();
    look = new AttentionLook(*panes[0], *panes[1]);
    levels = new LevelRow;
    auto* below = new QWidget;
    below_row = new QHBoxLayout(below);
    below_row->setContentsMargins(0, 0, 6, 0);
    below_row->addWidget(levels, 1);
    navigation = build_navigation();
    place_controls();
    readout = new ElidedLabel(Qt::ElideRight);
    readout->setObjectName(QStringLiteral("attention_readout"));
    readout->setContentsMargins(6, 0, 6, 4);
    readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    readout->setMinimumHeight(2 * readout->fontMetrics().height() + 6);
    readout->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* column = new QVBoxLayout(&view);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(3);
    column->addWidget(look);
    column->addWidget(below);
    column->addWidget(splitter, 1);
    column->addWidget(readout);
    connect_all();
  }

  QWidget* build_navigation() {
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    back = button(QStringLiteral("◀"), "attention_back", tr("Back to where you looked before"));
    forward = button(QStringLiteral("▶"), "attention_forward", tr("Forward again"));
    auto* all = button(tr("All"), "attention_show_all", tr("The whole matrix"));
    auto* go = button(tr("Go to"), "attention_go", tr("Zoom to the document, a segment, the selection or a bookmark"));
    auto* out = button(tr("Export"), "attention_export", tr("Copy or save the picture or its weights"));
    places = new AttentionPlaces(session, *panes[0], &view);
    for (int i = 0; i < 2; ++i) places->watch(canvas(i));
    go->setMenu(places);
    out->setMenu(new QMenu(out));
    for (QToolButton* tool : {go, out}) tool->setPopupMode(QToolButton::InstantPopup);
    for (QToolButton* tool : {back, forward, all, go, out}) row->addWidget(tool);
    QObject::connect(all, &QToolButton::clicked, &view, [this] { canvas().show_all(); });
    QObject::connect(back, &QToolButton::clicked, &view, [this] { canvas().back(); });
    QObject::connect(forward, &QToolButton::clicked, &view, [this] { canvas().forward(); });
    QObject::connect(places, &AttentionPlaces::path_wanted, &view, &AttentionView::path_wanted);
    fill_export(*out->menu());
    return box;
  }

  // Beside the choices of the one canvas. Where there are two, above both: so they stay equally high. Where there is
  // little room the levels are icons, and beside them the choice to compare saves a row.
  void place_controls() {
    if (const bool narrow = is_narrow(); compare_below != narrow) {
      compare_below = narrow;
      if (narrow)
        below_row->insertWidget(1, look->compare_box(), 0, Qt::AlignTop);
      else
        look->take_back_compare_box();
    }
    if (navigation_above == comparing()) return;
    navigation_above = comparing();
    if (*navigation_above)
      below_row->addWidget(navigation, 0, Qt::AlignTop);
    else
      panes[0]->add_control(navigation);
    navigation->show();
  }

  bool is_narrow() const { return view.width() <= 52 * view.fontMetrics().height(); }

  void build_panes() {
    splitter = new QSplitter(Qt::Horizontal);
    splitter->setChildrenCollapsible(false);
    for (int i = 0; i < 2; ++i) {
      panes[i] = new AttentionPane(session, cache, exact, i);
      splitter->addWidget(panes[i]);
      splitter->setStretchFactor(i, 1);
    }
    panes[1]->hide();
  }

  // ---- how it answers ----

  void connect_all() {
    QObject::connect(look, &AttentionLook::comparing_changed, &view, [this](bool on) { set_comparing(on); });
    QObject::connect(levels, &LevelRow::changed, &view, [this] {
      for (AttentionPane* pane : panes) pane->set_hidden(levels->hidden());
    });
    for (int i = 0; i < 2; ++i) {
      QObject::connect(panes[i], &AttentionPane::hovered, &view, [this](const QString& text) { show_readout(text); });
      QObject::connect(&canvas(i), &AttentionCanvas::frame_changed, &view, [this] { share_colours(); });
    }
    // The first follows the other views and takes the second along; that one leads where it is moved itself.
    QObject::connect(&canvas(0), &AttentionCanvas::view_changed, &view, [this] { move_other(0); });
    QObject::connect(&canvas(1), &AttentionCanvas::moved, &view, [this] { move_other(1); });
    QObject::connect(panes[0], &AttentionPane::layer_changed, &view, &AttentionView::layer_changed);
    QObject::connect(panes[0], &AttentionPane::geometry_changed, &view, [this] { take_geometry(); });
    QObject::connect(&canvas(), &AttentionCanvas::history_changed, &view, [this] { enable_history(); });
    QObject::connect(&canvas(), &AttentionCanvas::view_changed, &view, [this] { enable_history(); });
    const auto refresh = [this] { this->refresh(); };
    QObject::connect(&session, &Session::workspace_opened, &view, [this] {
      cache->clear();
      exact.set_file(session.file());
      this->refresh();
    });
    QObject::connect(&session, &Session::documents_changed, &view, refresh);
    QObject::connect(&session, &Session::run_changed, &view, refresh);
    QObject::connect(&session.selection(), &Selection::length_changed, &view, refresh);
  }

  void enable_history() {
    back->setEnabled(canvas().can_go_back());
    forward->setEnabled(canvas().can_go_forward());
  }

  void move_other(int from) {
    if (moving || !comparing()) return;
    moving = true;
    canvas(1 - from).set_view(canvas(from).view());
    moving = false;
  }

  // Side by side the same colour is the same weight.
  void share_colours() {
    for (int i = 0; i < 2; ++i) {
      const Frame& other = canvas(1 - i).picture().frame;
      // A coarse frame has a range of its own: if that counted, each canvas would send the other back to a coarse one, for ever.
      if (comparing() && other.is_coarse()) continue;
      const bool common = comparing() && other.weights;
      canvas(i).set_at_least(common ? std::optional(other.own_range) : std::nullopt);
    }
  }

  // Takes over what the session has open.
  void refresh() {
    for (AttentionPane* pane : panes) pane->refresh();
    take_geometry();
    look->set_has_weights(panes[0]->is_read());
    show_readout({});
    enable_history();
  }

  void take_geometry() {
    const auto& geometry = panes[0]->geometry();
    if (geometry == shown) return;
    shown = geometry;
    levels->set_levels(geometry ? geometry->pattern.levels : std::vector<pattern::Level>());
    for (AttentionPane* pane : panes) pane->set_hidden({});
    fit_levels();
  }

  void fit_levels() {
    const int line = view.fontMetrics().height();
    levels->fit(levels->width(), std::max(view.height() / (20 * line), 1));
    look->show_labels(!is_narrow());
  }

  void set_comparing(bool on) {
    look->set_comparing(on);
    panes[1]->setVisible(on);
    place_controls();
    fit_levels();
    for (AttentionPane* pane : panes) pane->keep_room(on);
    share_colours();
    if (!on) return;
    splitter->setSizes({splitter->width() / 2, splitter->width() / 2});
    if (!compared) panes[1]->choose_layer(panes[0]->layer() == panes[1]->layers() - 1 ? 0 : panes[1]->layers() - 1);
    compared = true;
    move_other(0);
  }

  void show_readout(const QString& text) {
    if (!text.isEmpty() || !panes[0]->geometry()) return readout->setText(text);
    readout->setText(tr("Move the mouse over the canvas to see who reads whom.\nWheel zooms, dragging moves, Shift and "
                        "dragging zooms into a box, a double click sets the cursor, the right button offers more."));
  }

  // ---- out of the window ----

  void fill_export(QMenu& menu) {
    const auto add = [&](const QString& text, const char* name, const QString& keys, const std::function<void()>& run) {
      auto* action = menu.addAction(text, &view, run);
      action->setObjectName(QLatin1String(name));
      action->setShortcut(QKeySequence(keys));
      action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
      view.addAction(action);  // its keys count where the menu is closed too
    };
    add(tr("Copy picture"), "attention_copy", tr("Ctrl+Alt+M"), [this] {
      QApplication::clipboard()->setImage(attention_picture(canvas()));
    });
    add(tr("Copy weights as a table"), "attention_copy_weights", tr("Ctrl+Alt+W"), [this] {
      QApplication::clipboard()->setText(QString::fromUtf8(weights_csv(*panes[0])));
    });
    menu.addSeparator();
    add(tr("Save picture…"), "attention_save_picture", tr("Ctrl+Alt+B"), [this] { save(tr("Pictures (*.png *.svg)"), QStringLiteral("attention.png")); });
    add(tr("Save weights…"), "attention_save_weights", tr("Ctrl+Alt+T"), [this] { save(tr("Tables (*.csv *.json)"), QStringLiteral("attention.csv")); });
    add(tr("Save the strongest edges…"), "attention_save_edges", tr("Ctrl+Alt+E"), [this] { save_edges(); });
  }

  void save_edges() {
    const QString file = QFileDialog::getSaveFileName(&view, tr("Save"), QStringLiteral("edges.csv"), tr("Tables (*.csv)"));
    if (!file.isEmpty()) view.export_edges(file);
  }

  void save(const QString& filter, const QString& name) {
    const QString file = QFileDialog::getSaveFileName(&view, tr("Save"), name, filter);
    if (file.isEmpty()) return;
    try {
      view.export_to(file);
      readout->setText(tr("Saved as %1").arg(file));
    } catch (const core::Error& error) {
      emit session.failed(to_text(error.what()), to_text(error.remedy()));
    }
  }
};

AttentionView::AttentionView(Session& session, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(*this, session)) {
  setObjectName(QStringLiteral("attention_view"));
  setAccessibleName(tr("Attention"));
  impl_->build();
  impl_->exact.set_file(session.file());
  impl_->refresh();
}

AttentionView::~AttentionView() = default;

AttentionPane& AttentionView::pane(int number) { return *impl_->panes[number]; }
bool AttentionView::is_comparing() const { return impl_->comparing(); }
bool AttentionView::is_idle() const {
  const auto shown = [&](int i) { return !impl_->canvas(i).isVisible() || impl_->canvas(i).is_up_to_date(); };
  return impl_->exact.is_idle() && shown(0) && shown(1);
}
void AttentionView::set_comparing(bool comparing) { impl_->set_comparing(comparing); }
void AttentionView::show_step(qint64 from, qint64 to, int layer) {
  for (int i = 0; i < 2; ++i) impl_->canvas(i).set_step(to, from);
  if (layer >= 0 && layer < impl_->panes[0]->layers()) impl_->panes[0]->choose_layer(layer);
}
void AttentionView::export_to(const QString& file) { export_attention(*impl_->panes[0], to_path(file)); }

void AttentionView::export_edges(const QString& file) {
  const auto place = impl_->canvas().place();
  const auto run = impl_->panes[0]->run();
  if (!run) return;
  impl_->session.ask(QStringLiteral("attention edges"),
                     [file, id = run->id, layer = impl_->panes[0]->layer(),
                      window = explore::WeightWindow{place.query, place.queries, place.key, place.keys}](
                         const workspace::Workspace& workspace, explore::Passages& passages) -> std::function<void()> {
                       const auto edges = explore::stored_edges(workspace, id, layer, window);
                       save_bytes(file, QByteArray::fromStdString(explore::edge_table(edges, passages)));
                       return [] {};
                     });
}

void AttentionView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  impl_->place_controls();
  impl_->fit_levels();
  if (impl_->comparing()) impl_->move_other(0);
}

}  // namespace corpuscope::ui
