#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <variant>

#include "core/error.h"
#include "explore/batch.h"
#include "explore/file_bytes.h"
#include "explore/open_stages.h"
#include "explore/ordered.h"
#include "text/extract.h"
#include "text/lines.h"
#include "text/walk.h"

namespace corpuscope::explore {
namespace {

using workspace::Document;
using workspace::Skipped;

constexpr std::int64_t first_look = 64 << 10;  // bytes that show whether a file is text at all

// A file needs more than twice its size in memory while it is read, its tokens as much again later.
std::int64_t largest_file() {
  static const std::int64_t memory = std::int64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  return memory / 4;
}

using Known = std::map<std::string, Document>;

struct FileText {
  Document document;
  std::string text;
  std::vector<workspace::PackedBlock> packed;
};
struct SameBytes {
  std::int64_t id = 0, modified_ns = 0;
};
using FileResult = std::variant<Skipped, SameBytes, FileText>;

// What the folder holds, against what the workspace knows of it.
struct Comparison {
  std::vector<text::FoundFile> to_read;
  std::vector<std::int64_t> removed;  // ids
  std::vector<Skipped> skipped;
  std::int64_t unchanged = 0, bytes = 0;
};

bool is_unchanged(const text::FoundFile& file, const Known& known) {
  const auto found = known.find(file.name);
  return found != known.end() && found->second.file_bytes == file.bytes && found->second.modified_ns == file.modified_ns;
}

Comparison compare(text::Walk walk, const Known& known) {
  Comparison result;
  for (auto& entry : walk.skipped) result.skipped.push_back({std::move(entry.name), std::move(entry.reason)});
  std::set<std::string> names;
  for (auto& file : walk.files) {
    if (!names.insert(file.name).second) {
      result.skipped.push_back({file.name, "another file has the same name, once both are shown as UTF-8"});
    } else if (is_unchanged(file, known)) {
      ++result.unchanged;
    } else {
      result.bytes += file.bytes;
      result.to_read.push_back(std::move(file));
    }
  }
  for (const auto& [name, document] : known)
    if (!names.contains(name)) result.removed.push_back(document.id);
  return result;
}

// Binary files are recognised by their beginning, so that large ones are not read for nothing.
std::string read_whole(File& file, const std::string& name, const std::function<void()>& poll) {
  const auto too_large = [&] { return core::Error("too large: " + std::to_string(file.size() >> 20) + " MiB, a quarter of this machine's memory is the limit"); };
  std::string bytes;
  bytes.reserve(std::size_t(std::min(file.size(), largest_file())) + 1);
  file.read(bytes, first_look, poll);
  const auto& all = text::extractors();
  if (std::none_of(all.begin(), all.end(), [&](const auto& one) { return one->accepts(name, bytes); }))
    text::extract(name, bytes);  // throws the reason
  if (file.size() > largest_file()) throw too_large();
  file.read(bytes, largest_file() + 1 - std::int64_t(bytes.size()), poll);
  if (std::int64_t(bytes.size()) > largest_file()) throw too_large();
  return bytes;
}

FileResult read_file(const text::FoundFile& found, const Known& known, const std::function<void()>& poll) {
  try {
    File file(found.path);
    std::string bytes = read_whole(file, found.name, poll);
    Document document;
    document.name = found.name;
    document.file_bytes = std::int64_t(bytes.size());
    document.modified_ns = file.modified_ns();
    document.hash = hash_of_bytes(bytes);
    if (const auto before = known.find(found.name); before != known.end() && before->second.hash == document.hash)
      return SameBytes{before->second.id, document.modified_ns};
    auto extracted = text::extract(found.name, bytes);
    bytes = {};
    document.encoding = std::move(extracted.encoding);
    document.note = std::move(extracted.note);
    document.lines = text::Lines(extracted.text).count();
    auto packed = workspace::pack_text(extracted.text);
    return FileText{std::move(document), std::move(extracted.text), std::move(packed)};
  } catch (const core::Error& error) {
    return Skipped{found.name, error.what()};
  } catch (const std::bad_alloc&) {
    return Skipped{found.name, "does not fit into memory (" + std::to_string(found.bytes >> 20) + " MiB)"};
  }
}

// Takes what was read, file after file.
class TextWriter {
 public:
  TextWriter(workspace::Workspace& workspace, const Known& known, OpenResult& result, core::Job& job)
      : batch_(workspace.writer()), known_(known), result_(result), job_(job) {}

  void take(const text::FoundFile& found, FileResult&& made) {
    std::int64_t credited = 0;
    if (auto* text = std::get_if<FileText>(&made)) {
      const auto advance = [&](std::int64_t bytes) {
        const auto credit = std::min(bytes, found.bytes - credited);
        credited += credit;
        job_.advance(credit);
        job_.poll();
      };
      batch_.writer().put_document(text->document, text->text, advance, std::move(text->packed));
      batch_.wrote(std::int64_t(text->text.size()));
      ++result_.read;
    } else if (const auto* same = std::get_if<SameBytes>(&made)) {
      batch_.writer().touch_document(same->id, same->modified_ns);
      batch_.wrote(0);
      ++result_.unchanged;
    } else {
      skip(std::get<Skipped>(std::move(made)));
    }
    job_.advance(found.bytes - credited);
  }

  void remove(std::int64_t id) {
    batch_.writer().remove_document(id);
    batch_.wrote(0);
    ++result_.removed;
  }

  void finish() { batch_.finish(); }
  std::vector<Skipped>& skipped() { return skipped_; }

 private:
  void skip(Skipped&& entry) {
    if (const auto before = known_.find(entry.name); before != known_.end()) remove(before->second.id);
    skipped_.push_back(std::move(entry));
  }

  Batch batch_;
  const Known& known_;
  OpenResult& result_;
  core::Job& job_;
  std::vector<Skipped> skipped_;
};

bool same(const std::vector<Skipped>& a, const std::vector<Skipped>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Skipped& x, const Skipped& y) { return x.name == y.name && x.reason == y.reason; });
}

void update_skipped(workspace::Workspace& workspace, std::vector<Skipped> skipped) {
  const auto by_name = [](const Skipped& a, const Skipped& b) { return a.name < b.name; };
  std::stable_sort(skipped.begin(), skipped.end(), by_name);
  auto before = workspace.skipped();
  std::stable_sort(before.begin(), before.end(), by_name);
  if (!same(skipped, before)) workspace.writer().set_skipped(skipped);
}

void read_files(const Comparison& comparison, const Known& known, TextWriter& writer, core::Job& job) {
  const auto& files = comparison.to_read;
  OrderedWork work;
  work.count = std::int64_t(files.size());
  work.cost = [&](std::int64_t i) { return files[std::size_t(i)].bytes + 512; };
  make_and_take<FileResult>(
      work, job,
      [&](std::int64_t i, const std::atomic<bool>& stop) {
        return read_file(files[std::size_t(i)], known, [&] {
          if (stop) throw core::Cancelled();
        });
      },
      [&](std::int64_t i, FileResult&& made) { writer.take(files[std::size_t(i)], std::move(made)); });
}

}  // namespace

void open_text(const std::filesystem::path& folder, workspace::Workspace& workspace, OpenResult& result,
               core::Job& job) {
  Known known;
  for (auto& document : workspace.documents()) known.emplace(document.name, document);
  Comparison comparison = compare(text::walk(folder, job), known);
  result.unchanged = comparison.unchanged;

  const bool changes = !comparison.to_read.empty() || !comparison.removed.empty();
  if (changes && workspace.summary().text_complete) workspace.writer().set_text_complete(false);
  TextWriter writer(workspace, known, result, job);
  job.begin("reading files", "bytes", comparison.bytes);
  try {
    for (const auto id : comparison.removed) {
      job.poll();
      writer.remove(id);
    }
    read_files(comparison, known, writer, job);
  } catch (const core::Cancelled&) {
    writer.finish();
    throw;
  }
  writer.finish();
  auto& skipped = writer.skipped();
  skipped.insert(skipped.end(), comparison.skipped.begin(), comparison.skipped.end());
  update_skipped(workspace, std::move(skipped));
  if (!workspace.summary().text_complete) workspace.writer().set_text_complete(true);
}

}  // namespace corpuscope::explore
