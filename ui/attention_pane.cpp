#include "ui/attention_pane.h"

#include <QPointer>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/attention_fetch.h"
#include "ui/attention_wording.h"
#include "ui/bookmarks.h"
#include "ui/exact_bar.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/weight_layer.h"

namespace corpuscope::ui {

struct AttentionPane::Impl {
  Impl(AttentionPane& owner, Session& s, std::shared_ptr<TileCache> c, ExactSource& e, int n)
      : pane(owner), session(s), cache(std::move(c)), exact_source(e), number(n) {}

  AttentionPane& pane;
  Session& session;
  std::shared_ptr<TileCache> cache;
  ExactSource& exact_source;
  const int number;
  AttentionChoice* choice = nullptr;
  AttentionCanvas* canvas = nullptr;
  ExactBar* exact_bar = nullptr;
  QTimer ask_soon, read_out_soon;

  std::optional<workspace::Run> run;  // of what is shown
  std::optional<Geometry> geometry;
  bool pattern_only = false;
  std::shared_ptr<const TileSet> tiles;
  MatrixView last_view;              // that tiles were asked for
  quint64 asked = 0, answered = 0;  // questions for tiles
  std::int64_t query = -1, key = -1;

  QString named(const char* name) const { return numbered(name, number); }

  void build() {
    choice = new AttentionChoice(session, number);
    canvas = new AttentionCanvas(session.selection());
    canvas->setObjectName(named("attention_canvas"));
    canvas->set_linked(number == 0);
    exact_bar = new ExactBar(exact_source, number);
    auto* column = new QVBoxLayout(&pane);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(3);
    column->addWidget(choice);
    column->addWidget(canvas, 1);
    column->addWidget(exact_bar);
    connect_all();
  }

  void connect_all() {
    QObject::connect(choice, &AttentionChoice::source_changed, &pane, [this] { take_source(); });
    QObject::connect(choice, &AttentionChoice::layer_changed, &pane, [this](int layer) {
      canvas->set_layer(layer);
      ask();
      emit pane.layer_changed(layer);
    });
    QObject::connect(choice, &AttentionChoice::head_changed, &pane, [this] {
      canvas->set_head(choice->head());
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
    QObject::connect(exact_bar, &ExactBar::weights_changed, &pane, [this] {
      canvas->set_exact(exact_bar->weights());
      tell_pair({}, {});
      read_out_soon.start();
    });
    QObject::connect(&session.bookmarks(), &Bookmarks::changed, &pane, [this] { canvas->set_bookmarks(session.bookmarks().all()); });
    ask_soon.setSingleShot(true);
    ask_soon.setInterval(40);
    QObject::connect(&ask_soon, &QTimer::timeout, &pane, [this] { ask(); });
    read_out_soon.setSingleShot(true);
    read_out_soon.setInterval(60);
    QObject::connect(&read_out_soon, &QTimer::timeout, &pane, [this] { ask_texts_of_pair(); });
  }

  bool shows_weights() const { return choice->source().kind != AttentionSource::Kind::pattern && !pattern_only && run && run->done > 0; }

  // ---- choices ----

  void take_source() {
    const AttentionSource now = choice->source();
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
    if (other) fill_layers();
    canvas->set_geometry(geometry);
    const bool as_read = run && session.run() && run->id == session.run()->id && shows_weights();
    canvas->set_farthest_used(as_read ? session.farthest_used() : -1);
    canvas->set_pattern_only(!shows_weights());
    choice->set_has_layers(shows_weights());
    tiles.reset();
    answered = asked + 1;  // maps asked for before are of something else
    exact_bar->forget();
    ask_what_is_stored();
    ask();
    tell_pair({}, {});
    if (other) emit pane.geometry_changed();
  }

  void fill_layers() {
    choice->fill_layers(geometry, run);
    canvas->set_layer(choice->layer());
    canvas->set_head(choice->head());
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
        if (guard) guard->impl_->choice->set_strongest_stored(found);
      };
    });
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
    const bool weights = shows_weights() && choice->source().kind == AttentionSource::Kind::weights;
    if (!weights) {
      tiles.reset();
      canvas->set_tiles(nullptr);
    }
    const AttentionFetch fetch{cache, {run.value_or(workspace::Run()), choice->layer(), choice->head(), *geometry, canvas->raster()},
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
    if (weights) ask_ahead(fetch);
    ask_exact();
  }

  // What a zoom or a drag that goes on will show next.
  void ask_ahead(AttentionFetch fetch) {
    const MatrixView now = canvas->view(), before = std::exchange(last_view, now);
    if (before == now) return;
    const double ratio = canvas->raster().step / now.step;
    const MatrixView next = continued(before, now, double(workspace::segments_a_zoom), canvas->length(), canvas->plot_size());
    fetch.tiles.raster.query = next.query;
    fetch.tiles.raster.key = next.key;
    fetch.tiles.raster.step = next.step * ratio;
    fetch_ahead(session, named("attention ahead"), fetch);
  }

  // The coarse and the fine ones may come in any order.
  void take_tiles(std::shared_ptr<const TileSet> found, quint64 ticket) {
    if (!shows_weights()) return;
    if (ticket < answered || (ticket == answered && tiles && tiles->coarser < found->coarser)) return;
    answered = ticket;
    tiles = std::move(found);
    canvas->set_tiles(tiles);
  }

  void ask_exact() {
    const auto window = shows_weights() ? near_window(canvas->view(), canvas->plot_size(), run->done) : std::nullopt;
    canvas->set_far_note(window || !shows_weights() ? QString() : far_note());
    if (!window) return exact_bar->want_none();
    const bool dense = choice->source().kind == AttentionSource::Kind::dense;
    const auto& exact = exact_bar->weights();
    if (exact && exact->run == run->id && exact->dense == dense && covers(*exact, canvas->raster(), run->done)) return;
    exact_bar->want({run->id, *window, dense, false});
  }

  QString far_note() const {
    if (choice->source().kind == AttentionSource::Kind::dense) return tr("Dense weights: zoom in");
    const bool kept = choice->head() < 0 || run->detail == workspace::Detail::full;
    return kept ? QString() : tr("Weights of one head: zoom in");
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
    emit pane.hovered(told({query, key, query_text, key_text}, *geometry, canvas->length(), tiles.get(), exact_bar->weights().get(),
                           choice->layer(), choice->head()));
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
const explore::ExactWeights* AttentionPane::exact() const { return impl_->shows_weights() ? impl_->exact_bar->weights().get() : nullptr; }
int AttentionPane::layer() const { return impl_->choice->layer(); }
int AttentionPane::head() const { return impl_->choice->head(); }
const std::optional<workspace::Run>& AttentionPane::run() const { return impl_->run; }
bool AttentionPane::is_read() const { return impl_->run && impl_->run->done > 0; }

QString AttentionPane::title() const { return impl_->choice->title(); }

void AttentionPane::refresh() {
  const std::int64_t length = impl_->session.selection().length();
  impl_->canvas->set_empty_text(
      length <= 0 ? tr("Attention appears here.\nOpen a folder of text or code: each of its tokens becomes a row and a "
                       "column of this canvas.")
                  : tr("No model has read this corpus, and none is installed whose pattern could be shown.\nRead it with "
                       "a model to see its attention."));
  impl_->canvas->set_documents(document_spans(impl_->session.documents()));
  impl_->choice->fill_sources();
  impl_->take_source();
}

void AttentionPane::keep_room(bool kept) { impl_->exact_bar->keep_room(kept); }
void AttentionPane::add_control(QWidget* widget) { impl_->choice->add_control(widget); }
void AttentionPane::choose(const AttentionSource& source) { impl_->choice->choose(source); }
void AttentionPane::choose_layer(int layer) { impl_->choice->choose_layer(layer); }
int AttentionPane::layers() const { return impl_->choice->layers(); }
void AttentionPane::set_hidden(std::vector<bool> levels) { impl_->canvas->set_hidden(std::move(levels)); }

void AttentionPane::set_pattern_only(bool only) {
  impl_->pattern_only = only;
  impl_->canvas->set_pattern_only(!impl_->shows_weights());
  impl_->ask();
}

}  // namespace corpuscope::ui
