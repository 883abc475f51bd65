#include "ui/report.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QSaveFile>
#include <algorithm>

#include "core/error.h"
#include "explore/figures.h"
#include "explore/repeats.h"
#include "explore/twists.h"
#include "ui/names.h"
#include "ui/no_display.h"
#include "ui/report_pictures.h"
#include "ui/report_text.h"
#include "ui/run.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr int passages_shown = 10;
constexpr std::int64_t near_tokens = 4096;  // of the nearer picture

QString tr(const char* text) { return QCoreApplication::translate("Report", text); }

// One page being written; nothing of it is seen before it is whole.
class Page {
 public:
  explicit Page(const std::filesystem::path& path) : file_(path_text(path)) {
    if (!file_.open(QIODevice::WriteOnly)) fail();
  }

  void write(const QString& html) {
    const QByteArray bytes = html.toUtf8();
    if (file_.write(bytes) != bytes.size()) fail();
  }

  void heading(const QString& text) { write(QStringLiteral("<h2>%1</h2>\n").arg(html_text(text))); }
  void paragraph(const QString& text) { write(QStringLiteral("<p class=quiet>%1</p>\n").arg(html_text(text))); }

  // In light and in dark; the reader's browser takes the one that fits.
  void picture(const auto& paint, const QString& caption) {
    write(QStringLiteral("<figure><picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"%1\">"
                         "<img src=\"%2\" alt=\"%3\"></picture><figcaption>%3</figcaption></figure>\n")
              .arg(encoded(paint(true)), encoded(paint(false)), html_text(caption)));
  }

  void figures(const std::vector<std::pair<QString, QString>>& figures) {
    write(QStringLiteral("<div class=figures>"));
    for (const auto& [number, name] : figures)
      write(QStringLiteral("<div><b>%1</b><span>%2</span></div>").arg(html_text(number), html_text(name)));
    write(QStringLiteral("</div>\n"));
  }

  void finish() {
    if (!file_.commit()) fail();
  }

 private:
  static QString encoded(const QImage& image) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return QStringLiteral("data:image/png;base64,") + QString::fromLatin1(buffer.data().toBase64());
  }

  [[noreturn]] void fail() {
    throw core::Error("The report " + file_.fileName().toStdString() + " cannot be written: " +
                          file_.errorString().toStdString() + ".",
                      "Check that the folder exists, may be written to and has space left.");
  }

  QSaveFile file_;
};

QString title_of(const workspace::Workspace& workspace) {
  const std::filesystem::path folder = workspace.corpus_folder();
  const auto name = folder.filename().empty() ? folder.parent_path().filename() : folder.filename();
  return name.empty() ? path_text(workspace.file().filename()) : path_text(name);
}

QString folders_of(const workspace::Workspace& workspace) {
  QStringList paths;
  for (const auto& folder : workspace.folders()) paths << to_text(folder.path);
  return paths.join(QStringLiteral("  ·  "));
}

void write_corpus(Page& page, const workspace::Workspace& workspace, const workspace::Summary& summary) {
  const QString title = title_of(workspace);
  page.write(QStringLiteral("<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
                            "<meta name=viewport content=\"width=device-width,initial-scale=1\">"
                            "<title>%1 – Corpuscope</title><style>%2</style></head><body>\n"
                            "<h1>%1</h1><p class=quiet>%3</p>\n")
                 .arg(html_text(title), report_style(), html_text(folders_of(workspace))));
  page.figures({{grouped(summary.documents), tr("documents")},
                {grouped(summary.skipped), tr("files skipped")},
                {size(summary.file_bytes), tr("in files")},
                {size(summary.text_bytes), tr("of text")},
                {grouped(summary.tokens), tr("tokens")},
                {size(summary.workspace_bytes), tr("workspace")}});
  if (!summary.text_complete) page.paragraph(tr("Not all files had been opened when this was written."));
}

void write_run(Page& page, const workspace::Workspace& workspace, const workspace::Run& run) {
  const explore::RunFigures figures = explore::run_figures(workspace, run);
  page.heading(tr("As the model read it"));
  page.figures({{to_text(run.model), tr("model")},
                {grouped(run.done), run.complete() ? tr("tokens read") : tr("tokens read of %1").arg(grouped(run.tokens))},
                {QString::number(figures.bits_per_token, 'f', 3), tr("bits a token")},
                {QString::number(figures.bits_per_byte, 'f', 3), tr("bits a byte")},
                {duration(run.seconds), tr("reading")},
                {run.seconds > 0 ? grouped(qint64(double(run.done) / run.seconds)) : QStringLiteral("–"),
                 tr("tokens a second")}});
  if (!run.complete()) page.paragraph(tr("The model had not read all of it when this was written."));
}

void write_canvases(Page& page, const ReportSource& source) {
  if (!source.geometry) return;
  const bool read = source.run && source.run->done > 0;
  const auto canvas = [&](const CanvasWish& wish, const QString& caption) {
    page.picture([&](bool dark) { return attention_image(source, wish, dark); }, caption);
  };
  page.heading(tr("Who can see whom: the pattern"));
  page.paragraph(tr("Rows are tokens that read, columns are tokens that are read. Each colour is one level of dilated "
                    "attention: wider segments are seen more thinly. Computed from the geometry alone."));
  const std::int64_t near = std::min(near_tokens, source.length);
  const std::int64_t near_first = std::min(source.length / 2, source.length - near);
  page.write(QStringLiteral("<div class=pair>"));
  canvas({-1, 0, 0, {592, 480}}, tr("The whole sequence"));
  canvas({-1, near_first, near, {592, 480}}, tr("%1 tokens from the middle").arg(grouped(near)));
  page.write(QStringLiteral("</div>\n"));
  if (!read) return;
  page.heading(tr("Who looked at whom: the weights"));
  page.paragraph(tr("Attention weights of the reading, pooled over strips of each segment and meaned over the heads. "
                    "Weights smaller than a pixel's segments can show are left out; unread parts show the pattern."));
  const std::int64_t read_near = std::min(near, source.run->done);
  const std::int64_t read_first = std::min(source.run->done / 2, source.run->done - read_near);
  for (int layer = 0; layer < source.geometry->layers; ++layer) {
    page.write(QStringLiteral("<div class=pair>"));
    canvas({layer, 0, 0, {592, 480}}, tr("Layer %1, the whole sequence").arg(layer + 1));
    canvas({layer, read_first, read_near, {592, 480}}, tr("Layer %1, %2 tokens").arg(layer + 1).arg(grouped(read_near)));
    page.write(QStringLiteral("</div>\n"));
  }
}

void write_passages(Page& page, const workspace::Workspace& workspace, explore::Passages& passages, std::int64_t run,
                    bool most) {
  const auto found = explore::surprising_passages(workspace, run, most, passages_shown);
  page.heading(most ? tr("Most surprising passages") : tr("Least surprising passages"));
  if (found.empty()) page.paragraph(tr("No document is long enough for a passage."));
  for (const auto& passage : found) {
    const auto pieces = tinted_pieces(passages.document(passage.place.document), passage,
                                      workspace.surprisal(run, passage.first, passage.count));
    page.write(QStringLiteral("<div class=passage><div class=place><b>%1:%2</b> "
                              "<span class=quiet>%3</span></div><pre>%4</pre></div>\n")
                   .arg(html_text(passage.place.name))
                   .arg(passage.place.line)
                   .arg(html_text(tr("%1 bits a token · token %2")
                                      .arg(passage.bits_per_token, 0, 'f', 2)
                                      .arg(grouped(passage.first))))
                   .arg(html_tinted(pieces)));
  }
}

QString places_text(const explore::RepeatView& view, std::size_t all) {
  QStringList places;
  for (const auto& place : view.places) places << QStringLiteral("%1:%2").arg(html_text(place.name)).arg(place.line);
  if (all > view.places.size()) places << html_text(tr("%1 more").arg(grouped(qint64(all - view.places.size()))));
  return places.join(QStringLiteral(", "));
}

// The longest texts that stand in several documents.
void write_echoes(Page& page, const workspace::Workspace& workspace, explore::Passages& passages, std::int64_t run) {
  core::Job job;
  explore::RepeatSettings settings;
  settings.between_documents = true;
  settings.most = passages_shown;
  const auto repeats = explore::find_repeats(workspace, settings, job);
  page.heading(tr("Strongest echoes between documents"));
  page.paragraph(repeats.found == 0
                     ? tr("No text of %1 tokens or more stands in two documents.").arg(settings.min_tokens)
                     : tr("%1 texts of %2 tokens or more stand word for word in several documents; the longest first.")
                           .arg(grouped(repeats.found))
                           .arg(repeats.shortest));
  constexpr std::size_t places = 4, longest = 1200;
  for (const auto& repeat : repeats.shown) {
    const auto view = explore::view_repeat(workspace, passages, repeat, run, places);
    QString about = tr("%1 tokens").arg(grouped(repeat.count));
    if (view.bits_again >= 0)
      about += tr(" · %1 bits a token first, %2 afterwards").arg(view.bits_first, 0, 'f', 2).arg(view.bits_again, 0, 'f', 2);
    const bool cut = view.text.size() > longest;
    page.write(QStringLiteral("<div class=passage><div class=place><b>%1</b> <span class=quiet>%2</span></div><pre>%3%4</pre></div>\n")
                   .arg(places_text(view, repeat.first.size()), html_text(about), html_text(std::string_view(view.text).substr(0, longest)),
                        cut ? QStringLiteral(" …") : QString()));
  }
}

void write_twists(Page& page, const workspace::Workspace& workspace, std::int64_t run) {
  core::Job job;
  explore::TwistSettings settings;
  settings.run = run;
  settings.most = 2 * passages_shown;
  const auto twists = explore::find_twists(workspace, settings, job);
  page.heading(tr("Copies with a twist"));
  page.paragraph(tr("Text that stands elsewhere almost word for word, with a word changed that the model did not expect: a slip of copying or "
                    "another reading, or a change that was meant. %1 of %2 differences.")
                     .arg(grouped(twists.found), grouped(twists.differences)));
  if (twists.shown.empty()) return;
  page.write(QStringLiteral("<table><tr><th>%1</th><th>%2</th><th>%3</th><th>%4</th><th>%5</th></tr>\n")
                 .arg(html_text(tr("bits")), html_text(tr("place")), html_text(tr("word")), html_text(tr("instead of")), html_text(tr("in"))));
  for (const auto& twist : twists.shown)
    page.write(QStringLiteral("<tr><td>%1</td><td>%2:%3</td><td>%4</td><td>%5</td><td>%6:%7</td></tr>\n")
                   .arg(twist.bits, 0, 'f', 1)
                   .arg(html_text(twist.later_place.name))
                   .arg(twist.later_place.line)
                   .arg(html_text(twist.later_text), html_text(twist.earlier_text), html_text(twist.earlier_place.name))
                   .arg(twist.earlier_place.line));
  page.write(QStringLiteral("</table>\n"));
}

void write_skipped(Page& page, const workspace::Workspace& workspace) {
  const auto skipped = workspace.skipped();
  page.heading(tr("Skipped files"));
  if (skipped.empty()) return page.paragraph(tr("None: every file was opened."));
  page.write(QStringLiteral("<details%1><summary>%2</summary><table><tr><th>%3</th><th>%4</th></tr>\n")
                 .arg(skipped.size() <= 20 ? QStringLiteral(" open") : QString(),
                      html_text(tr("%1 files, each with its reason").arg(grouped(qint64(skipped.size())))),
                      html_text(tr("file")), html_text(tr("reason"))));
  for (const auto& file : skipped)
    page.write(QStringLiteral("<tr><td>%1</td><td>%2</td></tr>\n").arg(html_text(file.name), html_text(file.reason)));
  page.write(QStringLiteral("</table></details>\n"));
}

// The newest run of which there is something to show.
std::optional<workspace::Run> run_to_show(const workspace::Workspace& workspace) {
  for (const auto& run : workspace.runs())
    if (run.done > 0) return run;
  return std::nullopt;
}

}  // namespace

void write_report_page(const std::filesystem::path& workspace_file, const std::filesystem::path& html) {
  const auto workspace = workspace::Workspace::open(workspace_file);
  explore::Passages passages(workspace);
  const workspace::Summary summary = workspace.summary();
  const auto run = run_to_show(workspace);
  const std::int64_t length = run ? run->tokens : summary.tokens;
  const ReportSource source{workspace, run, run ? geometry_of(run->config) : planned_geometry(length), length,
                            document_spans(workspace.documents())};
  Page page(html);
  write_corpus(page, workspace, summary);
  if (run) write_run(page, workspace, *run);
  if (length > 0) {
    page.heading(tr("The sequence"));
    page.picture([&](bool dark) { return sequence_image(source, dark); },
                 tr("All documents in order, with the surprise and the attention that each place received."));
    write_canvases(page, source);
  }
  if (run) {
    page.heading(tr("Where it is unlike the rest, and where it repeats"));
    page.paragraph(tr("Tinted by surprise: the stronger the colour, the less the model expected the token."));
    for (const bool most : {true, false}) write_passages(page, workspace, passages, run->id, most);
  }
  if (summary.tokens_complete) write_echoes(page, workspace, passages, run ? run->id : 0);
  if (summary.tokens_complete && run) write_twists(page, workspace, run->id);
  write_skipped(page, workspace);
  page.write(QStringLiteral("</body></html>\n"));
  page.finish();
}

void write_report(int& argc, char** argv, const std::filesystem::path& workspace, const std::filesystem::path& html) {
  const auto application = application_without_display(argc, argv);
  write_report_page(workspace, html);
}

}  // namespace corpuscope::ui
