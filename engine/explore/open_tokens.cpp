#include <map>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/batch.h"
#include "explore/open_stages.h"
#include "explore/ordered.h"

namespace corpuscope::explore {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

constexpr std::size_t part_bytes = 1 << 20;

// Where white space begins, the tokenizer begins afresh whatever came before: texts cut there give the same tokens.
std::size_t end_of_part(std::string_view text, std::size_t begin) {
  std::size_t end = begin + part_bytes;
  while (end < text.size() && !(is_blank(text[end]) && !is_blank(text[end - 1]))) ++end;
  return std::min(end, text.size());
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = end_of_part(text, begin);
    parts.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return parts;
}

// Workspaces to read from, one for each thread that reads at the moment.
class Readers {
 public:
  explicit Readers(const std::filesystem::path& file) : file_(file) {}

  std::string text(std::int64_t document) {
    auto reader = borrow();
    std::string text = reader.text(document);
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
    return text;
  }

 private:
  workspace::Workspace borrow() {
    std::unique_lock lock(mutex_);
    if (idle_.empty()) {
      lock.unlock();
      return workspace::Workspace::open(file_);
    }
    auto reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }

  std::filesystem::path file_;
  std::mutex mutex_;
  std::vector<workspace::Workspace> idle_;
};

}  // namespace

std::vector<std::int32_t> encode_text(const tokens::Tokenizer& tokenizer, std::string_view text,
                                      const std::function<bool()>& stop,
                                      const std::function<void(std::int64_t)>& advance) {
  const auto parts = parts_of(text);
  std::vector<std::vector<std::int32_t>> encoded(parts.size());
  core::parallel_for(std::int64_t(parts.size()), [&](std::int64_t i) {
    if (stop()) throw core::Cancelled();
    encoded[std::size_t(i)] = tokenizer.encode(parts[std::size_t(i)]);
    advance(std::int64_t(parts[std::size_t(i)].size()));
  });
  if (encoded.size() == 1) return std::move(encoded.front());
  std::size_t count = 0;
  for (const auto& part : encoded) count += part.size();
  std::vector<std::int32_t> all;
  all.reserve(count);
  for (auto& part : encoded) {
    all.insert(all.end(), part.begin(), part.end());
    part = {};
  }
  return all;
}

void open_tokens(workspace::Workspace& workspace, const tokens::Tokenizer& tokenizer, core::Job& job) {
  const auto ids = workspace.writer().documents_without_tokens();
  std::map<std::int64_t, std::int64_t> bytes;
  for (const auto& document : workspace.documents()) bytes[document.id] = document.text_bytes;
  std::int64_t total = 0;
  for (const auto id : ids) total += bytes[id];
  job.begin("tokenizing", "bytes", total);

  Readers readers(workspace.file());
  Batch batch(workspace.writer());
  OrderedWork work;
  work.count = std::int64_t(ids.size());
  work.cost = [&](std::int64_t i) { return 2 * bytes.at(ids[std::size_t(i)]) + 512; };  // the text, and its tokens
  try {
    make_and_take<std::vector<std::int32_t>>(
        work, job,
        [&](std::int64_t i, const std::atomic<bool>& stop) {
          return encode_text(
              tokenizer, readers.text(ids[std::size_t(i)]), [&] { return stop.load(); },
              [&](std::int64_t done) { job.advance(done); });
        },
        [&](std::int64_t i, std::vector<std::int32_t>&& tokens) {
          batch.writer().put_tokens(ids[std::size_t(i)], tokens);
          batch.wrote(std::int64_t(tokens.size() * sizeof(std::int32_t)));
        });
  } catch (const core::Cancelled&) {
    batch.finish();
    throw;
  }
  batch.finish();
  if (!workspace.summary().tokens_complete) workspace.writer().finish_sequence(tokenizer.separator());
}

}  // namespace corpuscope::explore
