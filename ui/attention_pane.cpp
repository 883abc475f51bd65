#include "ui/attention_pane.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/attention_fetch.h"
#include "ui/attention_wording.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/session.h"
#include "ui/weight_layer.h"
#include "ui/wording.h"

namespace corpuscope::ui {

struct AttentionPane::Impl {
  Impl(AttentionPane& owner, Session& s, std::shared_ptr<TileCache> c, ExactSource& e, int n)
      : pane(owner), session(s), cache(std::move(c)), exact_source(e), number(n) {}

  AttentionPane& pane;
  Session& session;
  std::shared_ptr<TileCache> cache;
  ExactSource& exact_source;
  const int number;
  AttentionCanvas* canvas = nullptr;
  QComboBox *source = nullptr, *layer = nullptr, *head = nullptr;
  FlowLayout* controls_row = nullptr;
  QWidget* exact_bar = nullptr;
  QLabel* exact_text = nullptr;
  QPushButton* exact_button = nullptr;
  QTimer ask_soon, read_out_soon;

  std::vector<AttentionSource> sources;
  std::optional<workspace::Run> run;  // of what is shown
  std::optional<Geometry> geometry;
  bool source_chosen = false, pattern_only = false, computing = false;
  std::shared_ptr<const TileSet> tiles;
  std::shared_ptr<const explore::ExactWeights> exact;
  std::optional<ExactWish> wished;
  quint64 asked = 0, answered = 0;  // questions for tiles
  std::int64_t query = -1, key = -1;

  QString named(const char* name) const {
    return number == 0 ? QLatin1String(name) : QStringLiteral("%1_%2").arg(QLatin1String(name)).arg(number + 1);
  }

  QComboBox* combo(const QString& name, const char* object_name) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setObjectName(named(object_name));
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
  }

  void build() {
    source = combo(AttentionPane::tr("Show"), "attention_source");
    layer = combo(AttentionPane::tr("Layer"), "attention_layer");
    head = combo(AttentionPane::tr("Head"), "attention_head");
    auto* controls = new QWidget;
    controls_row = new FlowLayout(controls, 12, 3);
    controls_row->setContentsMargins(6, 0, 6, 0);
    source->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    source->setMinimumContentsLength(14);
    source->view()->setMinimumWidth(18 * pane.fontMetrics().height());
    controls_row->addWidget(source);
    for (QComboBox* box : {layer, head}) controls_row->addWidget(labelled(box));
    canvas = new AttentionCanvas(session.selection());
    canvas->setObjectName(named("attention_canvas"));
    canvas->set_linked(number == 0);
    auto* column = new QVBoxLayout(&pane);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(3);
    column->addWidget(controls);
    column->addWidget(canvas, 1);
    column->addWidget(build_exact_bar());
    connect_all();
  }

  QWidget* build_exact_bar() {
    exact_bar = new QWidget;
    auto* row = new QHBoxLayout(exact_bar);
    row->setContentsMargins(6, 0, 6, 0);
    exact_text = new ElidedLabel(Qt::ElideRight);
    exact_text->setObjectName(named("attention_exact"));
    exact_button = new QPushButton;
    exact_button->setObjectName(named("attention_exact_button"));
    row->addWidget(exact_text, 1);
    row->addWidget(exact_button);
    // As high with a button as without, and where it is hidden: canvases side by side stay equally high.
    exact_bar->setFixedHeight(exact_button->sizeHint().height() + 2);
    exact_bar->hide();
    return exact_bar;
  }

  static QWidget* labelled(QComboBox* box) {
    auto* both = new QWidget;
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(box->accessibleName());
    label->setBuddy(box);
    row->addWidget(label);
    row->addWidget(box);
    return both;
  }

  void connect_all() {
    QObject::connect(source, &QComboBox::activated, &pane, [this] { source_chosen = true; });
    QObject::connect(source, &QComboBox::currentIndexChanged, &pane, [this] { take_source(); });
    QObject::connect(layer, &QComboBox::currentIndexChanged, &pane, [this](int index) {
      if (index < 0) return;
      canvas->set_layer(index);
      ask();
      emit pane.layer_changed(index);
    });
    QObject::connect(head, &QComboBox::currentIndexChanged, &pane, [this] {
      canvas->set_head(chosen_head());
      ask();
    });
    QObject::connect(canvas, &AttentionCanvas::view_changed, &pane, [this] {
      if (!ask_soon.isActive()) ask_soon.start();
    });
    QObject::connect(canvas, &AttentionCanvas::pair_hovered, &pane, [this](qint64 q, qint64 k) {
      query = q;
      key = k;
      tell_pair({}, {});
      read_out_soon.start();
    });
    ask_soon.setSingleShot(true);
    ask_soon.setInterval(40);
    QObject::connect(&ask_soon, &QTimer::timeout, &pane, [this] { ask(); });
    read_out_soon.setSingleShot(true);
    read_out_soon.setInterval(60);
    QObject::connect(&read_out_soon, &QTimer::timeout, &pane, [this] { ask_texts_of_pair(); });
    connect_exact();
  }

  void connect_exact() {
    const auto mine = [this](int asker) { return asker == number; };
    QObject::connect(&exact_source, &ExactSource::ready, &pane, [=, this](int asker, const auto& weights) {
      if (!mine(asker) || !wished || !(weights->window == wished->window) || weights->dense != wished->dense) return;
      exact = weights;
      computing = false;
      canvas->set_exact(exact);
      exact_bar->setVisible(weights->dense);
      exact_button->hide();
      if (weights->dense)
        exact_text->setText(AttentionPane::tr("Dense attention over the %1 tokens from %2 on: nothing earlier is known to it")
                                .arg(grouped(weights->window.query + weights->window.queries - weights->context),
                                     grouped(weights->context)));
      tell_pair({}, {});
      read_out_soon.start();
    });
    QObject::connect(&exact_source, &ExactSource::too_dear, &pane, [=, this](int asker, qint64 tokens, double seconds) {
      if (mine(asker))
        say(AttentionPane::tr("Single weights here need %1 tokens to be read again, about %2. Until then: pooled maps and "
                              "the strongest ones.").arg(grouped(tokens), duration(seconds)),
            AttentionPane::tr("Compute"), false);
    });
    QObject::connect(&exact_source, &ExactSource::progressed, &pane, [=, this](int asker, qint64 done, qint64 total, double left) {
      if (!mine(asker) || total <= 0) return;
      QString text = AttentionPane::tr("Computing single weights: %1 of %2 tokens read again").arg(grouped(done), grouped(total));
      if (left >= 0) text += AttentionPane::tr(", %1 left").arg(duration(left));
      if (computing) say(text, AttentionPane::tr("Cancel"), true);
    });
    QObject::connect(&exact_source, &ExactSource::cancelled, &pane, [=, this](int asker) {
      if (!mine(asker) || !computing) return;
      say(AttentionPane::tr("Cancelled. What was read is kept: the next time costs less."), AttentionPane::tr("Compute"), false);
    });
    QObject::connect(&exact_source, &ExactSource::failed, &pane, [=, this](int asker, const QString& what, const QString& remedy) {
      if (mine(asker)) say(what + u' ' + remedy, AttentionPane::tr("Try again"), false);
    });
    QObject::connect(exact_button, &QPushButton::clicked, &pane, [this] {
      if (computing) return exact_source.cancel(number);
      if (!wished) return;
      wished->at_any_price = true;
      computing = true;
      say(AttentionPane::tr("Computing single weights"), AttentionPane::tr("Cancel"), true);
      exact_source.ask(number, *wished);
    });
  }

  void say(const QString& text, const QString& button, bool is_computing) {
    computing = is_computing;
    exact_text->setText(text);
    exact_button->setText(button);
    exact_button->show();
    exact_bar->show();
  }

  int chosen_head() const { return head->currentData().isValid() ? head->currentData().toInt() : workspace::mean_of_heads; }
  int chosen_layer() const { return std::max(layer->currentIndex(), 0); }
  AttentionSource chosen() const {
    const int index = source->currentIndex();
    return index >= 0 && index < int(sources.size()) ? sources[std::size_t(index)] : AttentionSource();
  }
  bool shows_weights() const { return chosen().kind != AttentionSource::Kind::pattern && !pattern_only && run && run->done > 0; }

  // ---- choices ----

  void fill_sources() {
    const AttentionSource before = chosen();
    const QSignalBlocker quiet(source);
    source->clear();
    sources.clear();
    const auto add = [&](const QString& text, const AttentionSource& one) {
      source->addItem(text);
      sources.push_back(one);
    };
    using Kind = AttentionSource::Kind;
    const auto now = session.run();
    if (now) {
      add(AttentionPane::tr("Weights: %1").arg(QString::fromStdString(now->model)), {Kind::weights, 0, {}});
      for (const auto& other : session.runs())
        if (other.id != now->id && other.done > 0)
          add(AttentionPane::tr("Weights: %1, run %2").arg(QString::fromStdString(other.model)).arg(other.id), {Kind::weights, other.id, {}});
      add(AttentionPane::tr("Dense attention"), {Kind::dense, 0, {}});
    }
    add(now ? AttentionPane::tr("Pattern as read") : AttentionPane::tr("Pattern to read with"), {Kind::pattern, 0, {}});
    for (const bool staggered : {false, true})
      for (const auto rule : {pattern::OffsetRule::modulo, pattern::OffsetRule::block, pattern::OffsetRule::both_ends})
        add(AttentionPane::tr("Pattern: %1").arg(pattern_name(rule, staggered)), {Kind::pattern, 0, std::pair(rule, staggered)});
    const auto kept = std::find(sources.begin(), sources.end(), before);
    // Until somebody chooses, a run's weights are shown as soon as there are some.
    source->setCurrentIndex(!source_chosen || kept == sources.end() ? 0 : int(kept - sources.begin()));
  }

  void take_source() {
    const AttentionSource now = chosen();
    run = session.run();
    if (now.run != 0)
      for (const auto& other : session.runs())
        if (other.id == now.run) run = other;
    const std::int64_t length = session.selection().length();
    auto shape = run ? geometry_of(run->config) : planned_geometry(length);
    if (length <= 0) shape.reset();
    if (shape && now.other_pattern) std::tie(shape->pattern.rule, shape->pattern.staggered) = *now.other_pattern;
    if (shape && now.kind == AttentionSource::Kind::dense)
      shape->pattern = {{{length, 1}}, pattern::OffsetRule::modulo, false, shape->pattern.causal};
    const bool other = shape != geometry;
    geometry = std::move(shape);
    if (other) fill_controls();
    canvas->set_geometry(geometry);
    const bool as_read = run && session.run() && run->id == session.run()->id && shows_weights();
    canvas->set_farthest_used(as_read ? session.farthest_used() : -1);
    canvas->set_pattern_only(!shows_weights());
    layer->setEnabled(shows_weights());
    tiles.reset();
    forget_exact();
    ask_what_is_stored();
    ask();
    tell_pair({}, {});
    if (other) emit pane.geometry_changed();
  }

  void fill_controls() {
    const int old_layer = layer->currentIndex(), old_head = chosen_head();
    const QSignalBlocker quiet_layer(layer), quiet_head(head);
    layer->clear();
    head->clear();
    head->addItem(AttentionPane::tr("Mean of all"), workspace::mean_of_heads);
    if (geometry) {
      for (int i = 0; i < geometry->layers; ++i)
        layer->addItem(AttentionPane::tr("%1 of %2").arg(i + 1).arg(geometry->layers));
      layer->setCurrentIndex(std::clamp(old_layer, 0, geometry->layers - 1));
      // Only a full run keeps the maps of single heads; without them a head's pattern is shown until one is near.
      const bool single = !run || run->detail == workspace::Detail::full;
      for (int i = 0; i < geometry->heads; ++i)
        head->addItem(single ? QString::number(i + 1) : AttentionPane::tr("%1 (near)").arg(i + 1), i);
      head->addItem(AttentionPane::tr("Strongest"), workspace::strongest_head);
    }
    head->setCurrentIndex(std::max(head->findData(old_head), 0));
    canvas->set_layer(chosen_layer());
    canvas->set_head(chosen_head());
  }

  // Runs of before have no maps of the strongest head.
  void ask_what_is_stored() {
    if (!shows_weights()) return;
    const QPointer<AttentionPane> guard(&pane);
    session.ask(named("attention stored"), [guard, id = run->id](const workspace::Workspace& workspace, explore::Passages&) {
      bool found = false;
      if (const auto now = workspace.run(id))
        found = now->done > 0 && !workspace.tiles(id, 0, workspace::strongest_head, 0, 0, 1).empty();
      return [guard, found] {
        if (guard) guard->impl_->take_stored(found);
      };
    });
  }

  void take_stored(bool found) {
    const int at = head->findData(workspace::strongest_head);
    if (at >= 0) head->setItemText(at, found ? AttentionPane::tr("Strongest") : AttentionPane::tr("Strongest (near)"));
  }

  // ---- what is fetched ----

  void ask() {
    ask_soon.stop();
    if (!geometry || !session.is_open()) {
      tiles.reset();
      canvas->set_tiles(nullptr);
      return;
    }
    ++asked;
    const bool weights = shows_weights() && chosen().kind == AttentionSource::Kind::weights;
    if (!weights) {
      tiles.reset();
      canvas->set_tiles(nullptr);
    }
    const AttentionFetch fetch{cache, {run.value_or(workspace::Run()), chosen_layer(), chosen_head(), *geometry, canvas->raster()},
                               canvas->view(), canvas->plot_size(), canvas->length(), weights};
    const QPointer<AttentionPane> guard(&pane);
    const quint64 ticket = asked;
    const auto take_tiles = [guard, ticket](std::shared_ptr<const TileSet> found) {
      if (guard) guard->impl_->take_tiles(std::move(found), ticket);
    };
    if (weights) {
      fetch_tiles(session, named("attention coarse"), fetch, 1, take_tiles);
      fetch_tiles(session, named("attention canvas"), fetch, 0, take_tiles);
    }
    fetch_near(session, named("attention texts"), fetch, [guard](const NearTexts& found) {
      if (!guard) return;
      guard->impl_->canvas->set_texts(found.queries, found.keys);
      guard->impl_->canvas->set_edges(found.edges);
    });
    ask_exact();
  }

  // The coarse and the fine ones may come in any order.
  void take_tiles(std::shared_ptr<const TileSet> found, quint64 ticket) {
    if (!shows_weights()) return;
    if (ticket < answered || (ticket == answered && tiles && tiles->coarser < found->coarser)) return;
    answered = ticket;
    tiles = std::move(found);
    canvas->set_tiles(tiles);
  }

  void forget_exact() {
    exact.reset();
    wished.reset();
    exact_source.cancel(number);
    computing = false;
    canvas->set_exact(nullptr);
    exact_bar->hide();
  }

  void ask_exact() {
    const auto window = shows_weights() ? near_window(canvas->view(), canvas->plot_size(), run->done) : std::nullopt;
    if (!window) {
      if (wished && !computing) forget_exact();
      return;
    }
    const bool dense = chosen().kind == AttentionSource::Kind::dense;
    const pattern::Raster raster = canvas->raster();
    if (exact && exact->run == run->id && exact->dense == dense && covers(*exact, raster, run->done)) return;
    if (computing) return;  // a person waits for it
    const ExactWish wish{run->id, *window, dense, false};
    if (wished && wished->window == wish.window && wished->dense == dense && wished->run == wish.run) return;
    wished = wish;
    exact_source.ask(number, wish);
  }

  // ---- what is told ----

  void ask_texts_of_pair() {
    if (query < 0 || key < 0 || !session.is_open()) return;
    const QPointer<AttentionPane> guard(&pane);
    fetch_pair(session, named("attention pair"), query, key, [guard, q = query, k = key](const QString& of_query, const QString& of_key) {
      if (guard && guard->impl_->query == q && guard->impl_->key == k) guard->impl_->tell_pair(of_query, of_key);
    });
  }

  void tell_pair(const QString& query_text, const QString& key_text) {
    if (!geometry || query < 0 || key < 0) {
      emit pane.hovered({});
      return;
    }
    emit pane.hovered(told({query, key, query_text, key_text}, *geometry, canvas->length(), tiles.get(), exact.get(),
                           chosen_layer(), chosen_head()));
  }
};

AttentionPane::AttentionPane(Session& session, std::shared_ptr<TileCache> cache, ExactSource& exact, int number,
                             QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(*this, session, std::move(cache), exact, number)) {
  impl_->build();
}

AttentionPane::~AttentionPane() = default;

AttentionCanvas& AttentionPane::canvas() { return *impl_->canvas; }
const AttentionCanvas& AttentionPane::canvas() const { return *impl_->canvas; }
const std::optional<Geometry>& AttentionPane::geometry() const { return impl_->geometry; }
const TileSet* AttentionPane::tiles() const { return impl_->shows_weights() ? impl_->tiles.get() : nullptr; }
const explore::ExactWeights* AttentionPane::exact() const { return impl_->shows_weights() ? impl_->exact.get() : nullptr; }
int AttentionPane::layer() const { return impl_->chosen_layer(); }
int AttentionPane::head() const { return impl_->chosen_head(); }
bool AttentionPane::is_read() const { return impl_->run && impl_->run->done > 0; }

QString AttentionPane::title() const {
  return tr("%1; layer %2; head: %3").arg(impl_->source->currentText(), impl_->layer->currentText(), impl_->head->currentText());
}

void AttentionPane::refresh() {
  const std::int64_t length = impl_->session.selection().length();
  impl_->canvas->set_empty_text(
      length <= 0 ? tr("Attention appears here.\nOpen a folder of text or code: each of its tokens becomes a row and a "
                       "column of this canvas.")
                  : tr("No model has read this corpus, and none is installed whose pattern could be shown.\nRead it with "
                       "a model to see its attention."));
  impl_->canvas->set_documents(document_spans(impl_->session.documents()));
  impl_->fill_sources();
  impl_->take_source();
}

void AttentionPane::keep_room(bool kept) {
  QSizePolicy policy = impl_->exact_bar->sizePolicy();
  policy.setRetainSizeWhenHidden(kept);
  impl_->exact_bar->setSizePolicy(policy);
}

void AttentionPane::add_control(QWidget* widget) { impl_->controls_row->addWidget(widget); }

void AttentionPane::choose(const AttentionSource& source) {
  const auto found = std::find(impl_->sources.begin(), impl_->sources.end(), source);
  if (found == impl_->sources.end()) return;
  impl_->source_chosen = true;
  impl_->source->setCurrentIndex(int(found - impl_->sources.begin()));
}

void AttentionPane::choose_layer(int layer) { impl_->layer->setCurrentIndex(layer); }
int AttentionPane::layers() const { return impl_->layer->count(); }

void AttentionPane::set_hidden(std::vector<bool> levels) { impl_->canvas->set_hidden(std::move(levels)); }

void AttentionPane::set_pattern_only(bool only) {
  impl_->pattern_only = only;
  impl_->canvas->set_pattern_only(!impl_->shows_weights());
  impl_->ask();
}

}  // namespace corpuscope::ui
