#include "ui/attention_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPointer>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/attention_canvas.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr int swatch = 14;

QIcon level_icon(int level, bool dark) {
  const auto draw = [&](bool on) {
    QPixmap pixmap(swatch * 2, swatch * 2);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(level_color(level, dark), 1.5));
    if (on) painter.setBrush(level_color(level, dark));
    painter.drawRoundedRect(QRectF(1.5, 1.5, swatch - 3, swatch - 3), 2, 2);
    return pixmap;
  };
  QIcon icon;
  icon.addPixmap(draw(true), QIcon::Normal, QIcon::On);
  icon.addPixmap(draw(false), QIcon::Normal, QIcon::Off);
  return icon;
}

QString whole_number(std::int64_t value) { return QLocale().toString(qlonglong(value)); }

}  // namespace

struct AttentionView::Impl {
  Impl(AttentionView& owner, Session& s) : view(owner), session(s) {}

  AttentionView& view;
  Session& session;
  AttentionCanvas* canvas = nullptr;
  QComboBox *layer = nullptr, *head = nullptr, *strength = nullptr, *map = nullptr;
  QCheckBox* pattern_only = nullptr;
  FlowLayout* level_row = nullptr;
  std::vector<QToolButton*> levels;
  QLabel* readout = nullptr;
  QTimer ask_soon, read_out_soon;
  std::optional<Geometry> geometry;
  std::shared_ptr<const TileSet> tiles;
  std::int64_t query = -1, key = -1;

  void build() {
    layer = combo(AttentionView::tr("Layer"), QStringLiteral("attention_layer"));
    head = combo(AttentionView::tr("Head"), QStringLiteral("attention_head"));
    strength = combo(AttentionView::tr("Scale"), QStringLiteral("attention_scale"));
    strength->addItems({AttentionView::tr("Logarithmic"), AttentionView::tr("Square root"), AttentionView::tr("Linear")});
    map = combo(AttentionView::tr("Colours"), QStringLiteral("attention_colours"));
    map->addItems({AttentionView::tr("Violet – yellow"), AttentionView::tr("Blue – yellow")});
    pattern_only = new QCheckBox(AttentionView::tr("&Pattern only"));
    pattern_only->setObjectName(QStringLiteral("attention_pattern_only"));
    auto* all = new QToolButton;
    all->setText(AttentionView::tr("Show all"));
    all->setObjectName(QStringLiteral("attention_show_all"));
    all->setAutoRaise(true);

    auto* controls = new QWidget;
    auto* row = new FlowLayout(controls, 12, 3);
    row->setContentsMargins(6, 4, 6, 0);
    for (QComboBox* box : {layer, head, strength, map}) row->addWidget(labelled(box));
    row->addWidget(pattern_only);
    row->addWidget(all);

    auto* level_box = new QWidget;
    level_box->setObjectName(QStringLiteral("attention_levels"));
    level_row = new FlowLayout(level_box, 0, 0);
    level_row->setContentsMargins(6, 0, 6, 0);
    level_row->addWidget(new QLabel(AttentionView::tr("Levels ")));

    canvas = new AttentionCanvas(session.selection());
    readout = new ElidedLabel(Qt::ElideRight);
    readout->setObjectName(QStringLiteral("attention_readout"));
    readout->setContentsMargins(6, 0, 6, 4);
    readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    readout->setMinimumHeight(2 * readout->fontMetrics().height() + 6);
    readout->setAlignment(Qt::AlignTop | Qt::AlignLeft);

    auto* column = new QVBoxLayout(&view);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(3);
    column->addWidget(controls);
    column->addWidget(level_box);
    column->addWidget(canvas, 1);
    column->addWidget(readout);
    connect_all(all);
  }

  static QComboBox* combo(const QString& name, const QString& object_name) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setObjectName(object_name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
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

  void connect_all(QToolButton* all) {
    QObject::connect(all, &QToolButton::clicked, canvas, &AttentionCanvas::show_all);
    QObject::connect(layer, &QComboBox::currentIndexChanged, &view, [this](int index) {
      if (index < 0) return;
      ask();
      emit view.layer_changed(index);
    });
    QObject::connect(head, &QComboBox::currentIndexChanged, &view, [this] {
      canvas->set_head(chosen_head());
      ask();
    });
    QObject::connect(strength, &QComboBox::currentIndexChanged, &view, [this](int index) {
      canvas->set_strength(index == 0 ? Strength::logarithm : index == 1 ? Strength::root : Strength::linear);
    });
    QObject::connect(map, &QComboBox::currentIndexChanged, &view, [this](int index) {
      canvas->set_map(index == 0 ? ColorMap::violet_yellow : ColorMap::blue_yellow);
    });
    QObject::connect(pattern_only, &QCheckBox::toggled, canvas, &AttentionCanvas::set_pattern_only);
    QObject::connect(canvas, &AttentionCanvas::view_changed, &view, [this] { ask_soon.start(); });
    QObject::connect(canvas, &AttentionCanvas::pair_hovered, &view, [this](qint64 q, qint64 k) {
      query = q;
      key = k;
      show_pair({}, {});
      read_out_soon.start();
    });
    ask_soon.setSingleShot(true);
    ask_soon.setInterval(40);
    QObject::connect(&ask_soon, &QTimer::timeout, &view, [this] { ask(); });
    read_out_soon.setSingleShot(true);
    read_out_soon.setInterval(60);
    QObject::connect(&read_out_soon, &QTimer::timeout, &view, [this] { ask_texts_of_pair(); });
    const auto refresh = [this] { this->refresh(); };
    QObject::connect(&session, &Session::workspace_opened, &view, refresh);
    QObject::connect(&session, &Session::documents_changed, &view, refresh);
    QObject::connect(&session, &Session::run_changed, &view, refresh);
    QObject::connect(&session.selection(), &Selection::length_changed, &view, refresh);
  }

  int chosen_head() const { return head->currentData().isValid() ? head->currentData().toInt() : -1; }

  // Takes over what the session has open.
  void refresh() {
    const auto run = session.run();
    const std::int64_t length = session.selection().length();
    auto now = run ? geometry_of(run->config) : planned_geometry(length);
    if (length <= 0) now.reset();
    if (now != geometry) {
      geometry = now;
      fill_controls(run);
    }
    canvas->set_empty_text(
        length <= 0 ? AttentionView::tr("Attention appears here.\nOpen a folder of text or code: each of its tokens "
                                        "becomes a row and a column of this canvas.")
                    : AttentionView::tr("No model has read this corpus, and none is installed whose pattern could be "
                                        "shown.\nRead it with a model to see its attention."));
    canvas->set_documents(document_spans(session.documents()));
    canvas->set_geometry(geometry);
    const bool read = run && run->done > 0;
    pattern_only->setEnabled(read);
    layer->setEnabled(read);
    ask();
    show_pair({}, {});
  }

  void fill_controls(const std::optional<workspace::Run>& run) {
    const int old_layer = layer->currentIndex();
    const QSignalBlocker quiet_layer(layer), quiet_head(head);
    layer->clear();
    head->clear();
    head->addItem(AttentionView::tr("Mean of all"), -1);
    for (QToolButton* button : levels) button->deleteLater();
    levels.clear();
    canvas->set_hidden({});
    canvas->set_head(-1);
    if (!geometry) return;
    for (int i = 0; i < geometry->layers; ++i) layer->addItem(AttentionView::tr("%1 of %2").arg(i + 1).arg(geometry->layers));
    layer->setCurrentIndex(std::clamp(old_layer, 0, geometry->layers - 1));
    // Only a full run keeps the maps of single heads; without them a head's pattern is shown.
    const bool single = run && run->detail == workspace::Detail::full;
    for (int i = 0; i < geometry->heads; ++i)
      head->addItem(single || !run ? QString::number(i + 1) : AttentionView::tr("%1 (pattern)").arg(i + 1), i);
    for (int i = 0; i < int(geometry->pattern.levels.size()); ++i) add_level_button(i);
    fit_levels();
  }

  void add_level_button(int index) {
    const auto& level = geometry->pattern.levels[std::size_t(index)];
    auto* button = new QToolButton;
    button->setCheckable(true);
    button->setChecked(true);
    button->setAutoRaise(true);
    button->setIconSize({swatch, swatch});
    button->setIcon(level_icon(index, is_dark(view.palette())));
    button->setText(segment_text(level.segment));
    button->setToolTip(AttentionView::tr("Level %1: segments of %2 tokens, every %3 of them")
                           .arg(index + 1)
                           .arg(whole_number(level.segment), whole_number(level.dilation)));
    button->setAccessibleName(button->toolTip());
    QObject::connect(button, &QToolButton::toggled, &view, [this] {
      std::vector<bool> hidden;
      for (const QToolButton* b : levels) hidden.push_back(!b->isChecked());
      canvas->set_hidden(hidden);
    });
    level_row->addWidget(button);
    levels.push_back(button);
  }

  // With their segments where there is room for that, else their colours alone.
  void fit_levels() {
    const int line = view.fontMetrics().height(), rows = std::max(view.height() / (12 * line), 1);
    int width = 0;
    for (QToolButton* button : levels) {
      button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
      width += button->sizeHint().width();
    }
    const bool fits = width <= rows * (view.width() - 8 * line);
    for (QToolButton* button : levels)
      button->setToolButtonStyle(fits ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
  }

  // Asks for the pooled weights of what is in sight and, near enough, for the tokens' text and strongest edges.
  void ask() {
    const auto run = session.run();
    if (!geometry || !session.is_open()) {
      canvas->set_tiles(nullptr);
      return;
    }
    const bool read = run && run->done > 0;
    const pattern::Raster raster = canvas->raster();
    const MatrixView at = canvas->view();
    const QSizeF size = canvas->plot_size();
    const int chosen_layer = std::max(layer->currentIndex(), 0), head_now = chosen_head();
    const std::int64_t length = canvas->length();
    const auto visible = [&](const Scale& scale, double pixels) {
      const auto first = std::clamp<std::int64_t>(std::int64_t(scale.first), 0, length);
      const auto end = std::clamp<std::int64_t>(std::int64_t(std::ceil(scale.position(pixels))), first, length);
      return std::pair(first, at.step <= text_step ? end - first : std::int64_t(0));
    };
    const auto queries = visible(at.queries(), size.height()), keys = visible(at.keys(), size.width());
    const QPointer<AttentionView> guard(&view);
    session.ask(
        QStringLiteral("attention canvas"),
        [=, before = tiles, shape = *geometry](const workspace::Workspace& workspace,
                                               explore::Passages& passages) -> std::function<void()> {
          std::shared_ptr<const TileSet> found;
          if (read) found = load_tiles(workspace, *run, chosen_layer, head_now, shape, raster, before);
          const auto texts = [&](const std::pair<std::int64_t, std::int64_t>& range) {
            TokenTexts out{range.first, {}};
            for (std::int64_t i = 0; i < range.second; ++i)
              out.texts.push_back(token_label(passages.token_text(range.first + i)));
            return out;
          };
          const TokenTexts query_texts = texts(queries), key_texts = texts(keys);
          std::vector<workspace::Edge> edges;
          for (std::int64_t q = queries.first; read && q < queries.first + queries.second; ++q)
            for (const auto& edge : workspace.edges_into(run->id, chosen_layer, q))
              if (head_now < 0 || edge.head == head_now) edges.push_back(edge);
          return [=] {
            if (!guard) return;
            guard->impl_->tiles = found;
            guard->impl_->canvas->set_tiles(found);
            guard->impl_->canvas->set_texts(query_texts, key_texts);
            guard->impl_->canvas->set_edges(edges);
          };
        });
  }

  void ask_texts_of_pair() {
    if (query < 0 || key < 0 || !session.is_open()) return;
    const QPointer<AttentionView> guard(&view);
    session.ask(QStringLiteral("attention pair"),
                [=, q = query, k = key](const workspace::Workspace&,
                                        explore::Passages& passages) -> std::function<void()> {
                  const auto describe = [&](std::int64_t token) {
                    const explore::Place place = passages.place(token);
                    return QStringLiteral("%1:%2  “%3”")
                        .arg(QString::fromStdString(place.name))
                        .arg(place.line)
                        .arg(QString::fromStdString(passages.snippet(token, 3, 3)));
                  };
                  const QString query_text = describe(q), key_text = describe(k);
                  return [=] {
                    if (guard && guard->impl_->query == q && guard->impl_->key == k)
                      guard->impl_->show_pair(query_text, key_text);
                  };
                });
  }

  // Which levels show the pair to a head that is looked at, and with what weight.
  QString describe_levels() const {
    if (geometry->pattern.causal && key > query) return AttentionView::tr("the key comes after the query: never seen");
    QStringList parts;
    const auto weights = tiles ? weights_at(*tiles, *geometry, canvas->length(), query, key) : std::vector<LevelWeight>();
    const int first = std::max(chosen_head(), 0), end = chosen_head() < 0 ? geometry->heads : first + 1;
    double sum = 0;
    for (int level = 0; level < int(geometry->pattern.levels.size()); ++level) {
      int seeing = 0;
      for (int h = first; h < end; ++h) seeing += pattern::sees(geometry->pattern, level, h, geometry->heads, query, key);
      for (const auto& w : weights) sum += w.level == level ? w.weight : 0;
      if (seeing > 0)
        parts << AttentionView::tr("level %1 (%2) by %3")
                     .arg(level + 1)
                     .arg(segment_text(geometry->pattern.levels[std::size_t(level)].segment),
                          seeing == 1 ? AttentionView::tr("1 head") : AttentionView::tr("%1 heads").arg(seeing));
    }
    QString text = parts.isEmpty() ? AttentionView::tr("not seen directly") : AttentionView::tr("seen at ") + parts.join(QStringLiteral(", "));
    if (sum > 0) text += AttentionView::tr(";  weight about %1 here").arg(weight_text(sum));
    return text;
  }

  void show_pair(const QString& query_text, const QString& key_text) {
    if (!geometry || query < 0 || key < 0) {
      readout->setText(geometry ? AttentionView::tr("Move the mouse over the canvas to see who reads whom.\nWheel zooms, "
                                                    "dragging moves, a double click sets the cursor.")
                                : QString());
      return;
    }
    const QString distance = whole_number(query - key);
    readout->setText(AttentionView::tr("query %1  %2   ←   key %3  %4")
                         .arg(whole_number(query), query_text, whole_number(key), key_text) +
                     u'\n' + AttentionView::tr("distance %1;  %2").arg(distance, describe_levels()));
  }
};

AttentionView::AttentionView(Session& session, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(*this, session)) {
  setObjectName(QStringLiteral("attention_view"));
  setAccessibleName(tr("Attention"));
  impl_->build();
  impl_->refresh();
}

AttentionView::~AttentionView() = default;

void AttentionView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  impl_->fit_levels();
}

}  // namespace corpuscope::ui
