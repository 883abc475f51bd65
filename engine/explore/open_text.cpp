#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "core/error.h"
#include "explore/batch.h"
#include "explore/comparison.h"
#include "explore/file_bytes.h"
#include "explore/open_stages.h"
#include "explore/ordered.h"
#include "text/archive.h"
#include "text/extract.h"
#include "text/lines.h"

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

struct FileText {
  Document document;
  std::string text;
  std::vector<workspace::PackedBlock> packed;
  std::vector<workspace::Anchor> anchors;
};
struct SameBytes {
  std::int64_t id = 0, modified_ns = 0;
};
using FileResult = std::variant<Skipped, SameBytes, FileText>;
using FileResults = std::vector<FileResult>;  // one; of an archive those of its members

// Binary files are recognised by their beginning, so that large ones are not read for nothing.
std::string read_whole(File& file, const std::string& name, const std::function<void()>& poll) {
  const auto too_large = [&] { return core::Error("too large: " + std::to_string(file.size() >> 20) + " MiB, a quarter of this machine's memory is the limit"); };
  std::string bytes;
  bytes.reserve(std::size_t(std::min(file.size(), largest_file())) + 1);
  file.read(bytes, first_look, poll);
  if (const auto reason = text::refused_at_sight(name, bytes); !reason.empty()) throw core::Error(reason);
  if (file.size() > largest_file()) throw too_large();
  file.read(bytes, largest_file() + 1 - std::int64_t(bytes.size()), poll);
  if (std::int64_t(bytes.size()) > largest_file()) throw too_large();
  return bytes;
}

FileResult read_document(Document document, std::string bytes, const Known& known, text::Allowance& allowance) {
  document.file_bytes = std::int64_t(bytes.size());
  document.hash = hash_of_bytes(bytes);
  if (const auto before = known.find(document.name); before != known.end() && before->second.hash == document.hash)
    return SameBytes{before->second.id, document.modified_ns};
  auto extracted = text::extract(document.name, bytes, allowance);
  bytes = {};
  document.encoding = std::move(extracted.encoding);
  document.note = std::move(extracted.note);
  document.lines = text::Lines(extracted.text).count();
  auto packed = workspace::pack_text(extracted.text);
  std::vector<workspace::Anchor> anchors;
  for (auto& anchor : extracted.anchors) anchors.push_back({anchor.offset, std::move(anchor.name), anchor.is_page});
  return FileText{std::move(document), std::move(extracted.text), std::move(packed), std::move(anchors)};
}

// What tells whether something is to be read, and whether it has to be.
struct Reading {
  const Known& known;
  const text::Exclusions& excluded;
};

FileResults read_members(const Document& archive, std::string_view bytes, const Reading& reading,
                         text::Allowance& allowance) {
  FileResults results;
  const auto skipped = [&](std::string name, std::string reason) {
    results.push_back(Skipped{std::move(name), std::move(reason), std::int64_t(bytes.size()), archive.modified_ns});
  };
  const auto document = [&](std::string name, std::string member) {
    if (const auto* pattern = reading.excluded.of_document(name)) return skipped(name, text::excluded_by(*pattern));
    try {
      Document one = archive;
      one.name = name;
      results.push_back(read_document(std::move(one), std::move(member), reading.known, allowance));
    } catch (const core::Error& error) {
      if (allowance.is_bomb()) throw;
      skipped(std::move(name), error.what());
    }
  };
  text::read_archive(archive.name, bytes, allowance, {document, skipped});
  return results;
}

FileResults read_file(const text::FoundFile& found, const Reading& reading, const std::function<void()>& poll) {
  const auto alone = [](FileResult result) {
    FileResults results;
    results.push_back(std::move(result));
    return results;
  };
  Skipped skipped{found.name, {}};
  try {
    File file(found.path);
    skipped.file_bytes = found.bytes;
    skipped.modified_ns = file.modified_ns();
    std::string bytes = read_whole(file, found.name, poll);
    text::Bounds bounds;
    bounds.expanded = largest_file();
    text::Allowance allowance(std::int64_t(bytes.size()), poll, bounds);
    Document document;
    document.name = found.name;
    document.modified_ns = file.modified_ns();
    if (text::is_archive(found.name, bytes)) return read_members(document, bytes, reading, allowance);
    return alone(read_document(std::move(document), std::move(bytes), reading.known, allowance));
  } catch (const core::Error& error) {
    skipped.reason = error.what();
  } catch (const std::bad_alloc&) {
    skipped.reason = "does not fit into memory (" + std::to_string(found.bytes >> 20) + " MiB)";
    skipped.file_bytes = -1;  // it may another time
  }
  return alone(std::move(skipped));
}

// Takes what was read, file after file.
class TextWriter {
 public:
  TextWriter(workspace::Workspace& workspace, const Known& known, OpenResult& result, core::Job& job)
      : batch_(workspace.writer()), known_(known), result_(result), job_(job) {}

  void take(const text::FoundFile& found, FileResults&& made) {
    auto outdated = documents_of(found.name, known_);
    std::int64_t credited = 0, opening = 0, opening_ns = 0;
    for (auto& result : made) {
      if (auto* skipped = std::get_if<Skipped>(&result)) {
        skipped_.push_back(std::move(*skipped));
        continue;
      }
      // A kill between an archive's members must not leave it looking complete: its first one gets its time last.
      const bool opens = made.size() > 1 && opening == 0;
      auto* text = std::get_if<FileText>(&result);
      std::int64_t& modified_ns = text ? text->document.modified_ns : std::get<SameBytes>(result).modified_ns;
      if (opens) opening_ns = std::exchange(modified_ns, 0);
      const auto id = text ? put(found, *text, credited) : touch(std::get<SameBytes>(result));
      if (opens) opening = id;
      std::erase_if(outdated, [&](const auto& document) { return document.second.id == id; });
      result = Skipped{};  // its memory
    }
    for (const auto& [name, document] : outdated) remove(document.id);
    if (opening != 0) batch_.writer().touch_document(opening, opening_ns);
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
  std::int64_t put(const text::FoundFile& found, FileText& text, std::int64_t& credited) {
    const auto advance = [&](std::int64_t bytes) {
      const auto credit = std::min(bytes, found.bytes - credited);
      credited += credit;
      job_.advance(credit);
      job_.poll();
    };
    const auto id = batch_.writer().put_document(text.document, text.text, advance, std::move(text.packed));
    batch_.writer().put_anchors(id, text.anchors);
    batch_.wrote(std::int64_t(text.text.size()));
    ++result_.read;
    return id;
  }

  std::int64_t touch(const SameBytes& same) {
    batch_.writer().touch_document(same.id, same.modified_ns);
    batch_.wrote(0);
    ++result_.unchanged;
    return same.id;
  }

  Batch batch_;
  const Known& known_;
  OpenResult& result_;
  core::Job& job_;
  std::vector<Skipped> skipped_;
};

bool same(const std::vector<Skipped>& a, const std::vector<Skipped>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Skipped& x, const Skipped& y) {
                      return x.name == y.name && x.reason == y.reason && x.file_bytes == y.file_bytes &&
                             x.modified_ns == y.modified_ns;
                    });
}

void update_skipped(workspace::Workspace& workspace, std::vector<Skipped> skipped) {
  const auto by_name = [](const Skipped& a, const Skipped& b) { return a.name < b.name; };
  std::stable_sort(skipped.begin(), skipped.end(), by_name);
  auto before = workspace.skipped();
  std::stable_sort(before.begin(), before.end(), by_name);
  if (!same(skipped, before)) workspace.writer().set_skipped(skipped);
}

void read_files(const Comparison& comparison, const Reading& reading, TextWriter& writer, core::Job& job) {
  const auto& files = comparison.to_read;
  OrderedWork work;
  work.count = std::int64_t(files.size());
  work.cost = [&](std::int64_t i) { return files[std::size_t(i)].bytes + 512; };
  make_and_take<FileResults>(
      work, job,
      [&](std::int64_t i, const std::atomic<bool>& stop) {
        return read_file(files[std::size_t(i)], reading, [&] {
          if (stop) throw core::Cancelled();
        });
      },
      [&](std::int64_t i, FileResults&& made) { writer.take(files[std::size_t(i)], std::move(made)); });
}

}  // namespace

void open_text(workspace::Workspace& workspace, OpenResult& result, core::Job& job) {
  const Known known = known_documents(workspace);
  Comparison comparison = compare(workspace, known, job);
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
    read_files(comparison, {known, comparison.excluded}, writer, job);
  } catch (const core::Cancelled&) {
    writer.finish();
    throw;
  }
  writer.finish();
  auto& skipped = writer.skipped();
  skipped.insert(skipped.end(), comparison.skipped.begin(), comparison.skipped.end());
  update_skipped(workspace, std::move(skipped));
  if (workspace.readers() != text::readers_version) workspace.writer().set_readers(text::readers_version);
  if (!workspace.summary().text_complete) workspace.writer().set_text_complete(true);
}

}  // namespace corpuscope::explore
