#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "core/error.h"
#include "explore/batch.h"
#include "explore/file_bytes.h"
#include "explore/open_stages.h"
#include "explore/ordered.h"
#include "text/archive.h"
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
using FileResults = std::vector<FileResult>;  // one; of an archive those of its members

// What the folder holds, against what the workspace knows of it.
struct Comparison {
  std::vector<text::FoundFile> to_read;
  std::vector<std::int64_t> removed;  // ids
  std::vector<Skipped> skipped;
  std::int64_t unchanged = 0, bytes = 0;
};

// Documents that were read out of this file: itself, or the members of the archive that it is.
Known documents_of(const std::string& file, const Known& known) {
  Known documents;
  if (const auto itself = known.find(file); itself != known.end()) documents.insert(*itself);
  const auto folder = file + "/";
  for (auto member = known.lower_bound(folder); member != known.end() && member->first.starts_with(folder); ++member)
    documents.insert(*member);
  return documents;
}

// Members bear the time of their archive, all of them only once all are written.
bool is_unchanged(const text::FoundFile& file, const Known& known) {
  const auto documents = documents_of(file.name, known);
  if (const auto itself = documents.find(file.name); itself != documents.end())
    return itself->second.file_bytes == file.bytes && itself->second.modified_ns == file.modified_ns;
  return !documents.empty() && std::all_of(documents.begin(), documents.end(), [&](const auto& member) {
    return member.second.modified_ns == file.modified_ns;
  });
}

// Whether a document is, or was read out of, one of these files.
bool belongs_to(const std::set<std::string>& files, const std::string& document) {
  if (files.contains(document)) return true;
  for (auto slash = document.find('/'); slash != std::string::npos; slash = document.find('/', slash + 1))
    if (files.contains(document.substr(0, slash))) return true;
  return false;
}

Comparison compare(text::Walk walk, const Known& known, const std::vector<Skipped>& skipped_before) {
  Comparison result;
  std::set<std::string> unchanged;
  for (auto& entry : walk.skipped) result.skipped.push_back({std::move(entry.name), std::move(entry.reason)});
  std::set<std::string> names;
  for (auto& file : walk.files) {
    if (!names.insert(file.name).second) {
      result.skipped.push_back({file.name, "another file has the same name, once both are shown as UTF-8"});
    } else if (is_unchanged(file, known)) {
      ++result.unchanged;
      unchanged.insert(file.name);
    } else {
      result.bytes += file.bytes;
      result.to_read.push_back(std::move(file));
    }
  }
  for (const auto& [name, document] : known)
    if (!belongs_to(names, name)) result.removed.push_back(document.id);
  for (const auto& entry : skipped_before)
    if (belongs_to(unchanged, entry.name)) result.skipped.push_back(entry);
  return result;
}

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
  return FileText{std::move(document), std::move(extracted.text), std::move(packed)};
}

FileResults read_members(const Document& archive, std::string_view bytes, const Known& known,
                         text::Allowance& allowance) {
  FileResults results;
  const auto document = [&](std::string name, std::string member) {
    try {
      Document one = archive;
      one.name = name;
      results.push_back(read_document(std::move(one), std::move(member), known, allowance));
    } catch (const core::Error& error) {
      if (allowance.is_bomb()) throw;
      results.push_back(Skipped{std::move(name), error.what()});
    }
  };
  const auto skipped = [&](std::string name, std::string reason) {
    results.push_back(Skipped{std::move(name), std::move(reason)});
  };
  text::read_archive(archive.name, bytes, allowance, {document, skipped});
  return results;
}

FileResults read_file(const text::FoundFile& found, const Known& known, const std::function<void()>& poll) {
  const auto alone = [](FileResult result) {
    FileResults results;
    results.push_back(std::move(result));
    return results;
  };
  try {
    File file(found.path);
    std::string bytes = read_whole(file, found.name, poll);
    text::Bounds bounds;
    bounds.expanded = largest_file();
    text::Allowance allowance(std::int64_t(bytes.size()), poll, bounds);
    Document document;
    document.name = found.name;
    document.modified_ns = file.modified_ns();
    if (text::is_archive(found.name, bytes)) return read_members(document, bytes, known, allowance);
    return alone(read_document(std::move(document), std::move(bytes), known, allowance));
  } catch (const core::Error& error) {
    return alone(Skipped{found.name, error.what()});
  } catch (const std::bad_alloc&) {
    return alone(Skipped{found.name, "does not fit into memory (" + std::to_string(found.bytes >> 20) + " MiB)"});
  }
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
  make_and_take<FileResults>(
      work, job,
      [&](std::int64_t i, const std::atomic<bool>& stop) {
        return read_file(files[std::size_t(i)], known, [&] {
          if (stop) throw core::Cancelled();
        });
      },
      [&](std::int64_t i, FileResults&& made) { writer.take(files[std::size_t(i)], std::move(made)); });
}

}  // namespace

void open_text(const std::filesystem::path& folder, workspace::Workspace& workspace, OpenResult& result,
               core::Job& job) {
  Known known;
  for (auto& document : workspace.documents()) known.emplace(document.name, document);
  Comparison comparison = compare(text::walk(folder, job), known, workspace.skipped());
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
