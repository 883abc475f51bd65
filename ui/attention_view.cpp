#include "ui/attention_view.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/error.h"
#include "ui/attention_export.h"
#include "ui/attention_pane.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/level_row.h"
#include "ui/names.h"
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
  QComboBox *strength = nullptr, *values = nullptr, *map = nullptr;
  QSlider* threshold = nullptr;
  QCheckBox *pattern_only = nullptr, *blind = nullptr, *compare = nullptr;
  QToolButton *back = nullptr, *forward = nullptr;
  LevelRow* levels = nullptr;
  QHBoxLayout* below_row = nullptr;
  QWidget* navigation = nullptr;
  std::optional<bool> navigation_above;
  QLabel* readout = nullptr;
  std::vector<QLabel*> labels;  // of the choices; without them where there is little room
  bool moving = false, compared = false;
  std::optional<Geometry> shown;  // whose levels have buttons

  AttentionCanvas& canvas(int number = 0) { return panes[number]->canvas(); }
  bool comparing() const { return compare->isChecked(); }

  // ---- what there is ----

  QComboBox* combo(const QString& name, const char* object_name, const QStringList& items) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setObjectName(QLatin1String(object_name));
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    box->addItems(items);
    return box;
  }

  QWidget* labelled(const QString& text, QWidget* widget) {
    auto* both = new QWidget;
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(text);
    label->setBuddy(widget);
    labels.push_back(label);
    row->addWidget(label);
    row->addWidget(widget);
    return both;
  }

  QCheckBox* check(const QString& text, const char* name, const QString& tip) {
    auto* box = new QCheckBox(text);
    box->setObjectName(QLatin1String(name));
    box->setToolTip(tip);
    return box;
  }

  QToolButton* button(const QString& text, const char* name, const QString& tip) {
    auto* tool = new QToolButton;
    tool->setText(text);
    tool->setObjectName(QLatin1String(name));
    tool->setToolTip(tip);
    tool->setAccessibleName(tip);
    tool->setAutoRaise(true);
    return tool;
  }

  QToolButton* menu_button(const QString& text, const char* name, const QString& tip) {
    auto* tool = button(text, name, tip);
    tool->setPopupMode(QToolButton::InstantPopup);
    tool->setMenu(new QMenu(tool));
    return tool;
  }

  void build() {
    strength = combo(tr("Scale"), "attention_scale", {tr("Logarithmic"), tr("Square root"), tr("Linear")});
    values = combo(tr("Values"), "attention_values", {tr("As they are"), tr("By row")});
    values->setToolTip(tr("By row: each query's weights as shares of its largest in sight"));
    map = combo(tr("Colours"), "attention_colours", {tr("Violet – yellow"), tr("Blue – yellow"), tr("Grey"), tr("Levels")});
    threshold = new QSlider(Qt::Horizontal);
    threshold->setObjectName(QStringLiteral("attention_threshold"));
    threshold->setAccessibleName(tr("Threshold"));
    threshold->setToolTip(tr("Weights below are not drawn"));
    threshold->setRange(0, 100);
    threshold->setFixedWidth(5 * view.fontMetrics().height());
    pattern_only = check(tr("&Pattern only"), "attention_pattern_only", tr("Who can see whom, without a run's weights"));
    blind = check(tr("Blind spots"), "attention_blind", tr("Mark what no number of layers lets through"));
    compare = check(tr("Compare"), "attention_compare", tr("Two canvases side by side that move together"));
    auto* controls = new QWidget;
    auto* row = new FlowLayout(controls, 12, 3);
    row->setContentsMargins(6, 0, 6, 0);
    row->addWidget(labelled(strength->accessibleName(), strength));
    row->addWidget(labelled(values->accessibleName(), values));
    row->addWidget(labelled(map->accessibleName(), map));
    row->addWidget(labelled(threshold->accessibleName(), threshold));
    for (QCheckBox* box : {pattern_only, blind, compare}) row->addWidget(box);
    levels = new LevelRow;
    auto* below = new QWidget;
    below_row = new QHBoxLayout(below);
    below_row->setContentsMargins(0, 0, 6, 0);
    below_row->addWidget(levels, 1);
    navigation = build_navigation();
    build_panes();
    place_navigation();
    readout = new ElidedLabel(Qt::ElideRight);
    readout->setObjectName(QStringLiteral("attention_readout"));
    readout->setContentsMargins(6, 0, 6, 4);
    readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    readout->setMinimumHeight(2 * readout->fontMetrics().height() + 6);
    readout->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* column = new QVBoxLayout(&view);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(3);
    column->addWidget(controls);
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
    auto* go = menu_button(tr("Go to"), "attention_go", tr("Zoom to the document, a segment or the selection"));
    auto* out = menu_button(tr("Export"), "attention_export", tr("Copy or save the picture or its weights"));
    for (QToolButton* tool : {back, forward, all, go, out}) row->addWidget(tool);
    QObject::connect(all, &QToolButton::clicked, &view, [this] { canvas().show_all(); });
    QObject::connect(back, &QToolButton::clicked, &view, [this] { canvas().back(); });
    QObject::connect(forward, &QToolButton::clicked, &view, [this] { canvas().forward(); });
    QObject::connect(go->menu(), &QMenu::aboutToShow, &view, [this, menu = go->menu()] { fill_places(*menu); });
    fill_export(*out->menu());
    return box;
  }

  // Beside the choices of the one canvas. Where there are two, above both: so they stay equally high; where there is
  // little room, beside the levels, which are icons then.
  void place_navigation() {
    const bool above = comparing() || is_narrow();
    if (navigation_above == above) return;
    navigation_above = above;
    if (above)
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

  template <typename Do>
  void on_both(Do change) {
    for (int i = 0; i < 2; ++i) change(canvas(i));
  }

  void connect_all() {
    QObject::connect(strength, &QComboBox::currentIndexChanged, &view, [this](int index) {
      on_both([&](AttentionCanvas& c) { c.set_strength(index == 0 ? Strength::logarithm : index == 1 ? Strength::root : Strength::linear); });
    });
    QObject::connect(values, &QComboBox::currentIndexChanged, &view, [this](int index) {
      on_both([&](AttentionCanvas& c) { c.set_values(index == 0 ? Values::raw : Values::row); });
    });
    QObject::connect(map, &QComboBox::currentIndexChanged, &view, [this](int index) {
      on_both([&](AttentionCanvas& c) { c.set_map(ColorMap(index)); });
    });
    QObject::connect(threshold, &QSlider::valueChanged, &view, [this](int value) {
      on_both([&](AttentionCanvas& c) { c.set_threshold(value / 100.0); });
    });
    QObject::connect(pattern_only, &QCheckBox::toggled, &view, [this](bool only) {
      for (AttentionPane* pane : panes) pane->set_pattern_only(only);
    });
    QObject::connect(blind, &QCheckBox::toggled, &view, [this](bool shown) {
      on_both([&](AttentionCanvas& c) { c.set_blind_spots(shown); });
    });
    QObject::connect(compare, &QCheckBox::toggled, &view, [this](bool on) { set_comparing(on); });
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
      const bool common = comparing() && other.weights;
      canvas(i).set_at_least(common ? std::optional(other.own_range) : std::nullopt);
    }
  }

  // Takes over what the session has open.
  void refresh() {
    for (AttentionPane* pane : panes) pane->refresh();
    take_geometry();
    pattern_only->setEnabled(panes[0]->is_read());
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
    for (QLabel* label : labels) label->setVisible(!is_narrow());
  }

  void set_comparing(bool on) {
    compare->setChecked(on);
    panes[1]->setVisible(on);
    place_navigation();
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
                        "dragging zooms into a box, a double click sets the cursor."));
  }

  // ---- going to places ----

  void fill_places(QMenu& menu) {
    menu.clear();
    const Selection& selection = session.selection();
    const qint64 token = selection.cursor() >= 0 ? selection.cursor() : canvas().length() / 2;
    const auto add = [&](const QString& text, const char* name, qint64 first, qint64 count) {
      auto* action = menu.addAction(text, &canvas(), [this, first, count] { canvas().show_range(first, count); });
      action->setObjectName(QLatin1String(name));
    };
    if (selection.cursor() >= 0) add(tr("Selection"), "go_selection", std::max<qint64>(token - 12, 0), selection.count() + 24);
    if (const auto* document = session.document_at(token))
      add(tr("Document  %1").arg(QString::fromStdString(document->name)), "go_document", document->first_token, document->tokens);
    if (!panes[0]->geometry()) return;
    menu.addSection(tr("Segment at the cursor"));
    for (const auto& level : panes[0]->geometry()->pattern.levels) {
      const qint64 first = token / level.segment * level.segment, end = std::min<qint64>(first + level.segment, canvas().length());
      add(tr("%1:  %2 – %3").arg(segment_text(level.segment), grouped(first), grouped(end - 1)), "go_segment", first, end - first);
      if (level.segment >= canvas().length()) break;
    }
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
    add(tr("Copy picture"), "attention_copy", tr("Ctrl+Alt+C"), [this] {
      QApplication::clipboard()->setImage(attention_picture(canvas()));
    });
    add(tr("Copy weights as a table"), "attention_copy_weights", tr("Ctrl+Alt+W"), [this] {
      QApplication::clipboard()->setText(QString::fromUtf8(weights_csv(*panes[0])));
    });
    menu.addSeparator();
    add(tr("Save picture…"), "attention_save_picture", tr("Ctrl+Alt+S"), [this] { save(tr("Pictures (*.png *.svg)"), QStringLiteral("attention.png")); });
    add(tr("Save weights…"), "attention_save_weights", tr("Ctrl+Alt+T"), [this] { save(tr("Tables (*.csv *.json)"), QStringLiteral("attention.csv")); });
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
void AttentionView::export_to(const QString& file) { export_attention(*impl_->panes[0], to_path(file)); }

void AttentionView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  impl_->place_navigation();
  impl_->fit_levels();
  if (impl_->comparing()) impl_->move_other(0);
}

}  // namespace corpuscope::ui
