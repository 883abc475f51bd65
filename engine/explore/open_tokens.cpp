#include <map>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/batch.h"
#include "explore/open_stages.h"
#include "explore/ordered.h"
#include "tokens/words.h"

namespace corpuscope::explore {
namespace {

constexpr std::size_t part_bytes = 1 << 20;

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    parts.push_back(text.substr(begin, tokens::cut_between_stretches(text.substr(begin), part_bytes)));
    begin += parts.back().size();
  }
  return parts;
}

// Documents above this size never lie in memory as a whole.
constexpr std::int64_t large_document = 8 << 20;

// A document's text in pieces that may be encoded apart.
class LargeText {
 public:
  LargeText(const workspace::Workspace& workspace, std::int64_t id, std::int64_t bytes)
      : workspace_(workspace), id_(id), bytes_(bytes) {}

  std::string next() {  // empty at the end
    for (std::int64_t window = large_document;; window *= 2) {
      std::string text = workspace_.text(id_, first_, window);
      if (first_ + std::int64_t(text.size()) < bytes_) {
        const auto cut = tokens::cut_between_stretches(text, text.size() - behind_cut);
        if (cut + behind_stretch > text.size()) continue;
        text.resize(cut);
      }
      first_ += std::int64_t(text.size());
      return text;
    }
  }

 private:
  static constexpr std::size_t behind_cut = 65536;
  static constexpr std::size_t behind_stretch = 256;  // so many bytes, and it does not depend on those behind

  const workspace::Workspace& workspace_;
  const std::int64_t id_, bytes_;
  std::int64_t first_ = 0;
};

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
  const auto id_of = [&](std::int64_t i) { return ids[std::size_t(i)]; };
  const auto is_large = [&](std::int64_t i) { return bytes.at(id_of(i)) > large_document; };
  const auto advance = [&](std::int64_t done) { job.advance(done); };
  OrderedWork work;
  work.count = std::int64_t(ids.size());
  work.cost = [&](std::int64_t i) { return is_large(i) ? 512 : 2 * bytes.at(id_of(i)) + 512; };  // the text, its tokens

  const auto make = [&](std::int64_t i, const std::atomic<bool>& stop) -> std::vector<std::int32_t> {
    if (is_large(i)) return {};
    return encode_text(tokenizer, readers.text(id_of(i)), [&] { return stop.load(); }, advance);
  };
  const auto take = [&](std::int64_t i, std::vector<std::int32_t>&& tokens) {
    if (is_large(i)) {
      LargeText text(workspace, id_of(i), bytes.at(id_of(i)));
      batch.writer().put_tokens(id_of(i), [&] {
        job.poll();
        return encode_text(tokenizer, text.next(), [&] { return job.cancelled(); }, advance);
      });
      batch.finish();
    } else {
      batch.writer().put_tokens(id_of(i), tokens);
      batch.wrote(std::int64_t(tokens.size() * sizeof(std::int32_t)));
    }
  };
  try {
    make_and_take<std::vector<std::int32_t>>(work, job, make, take);
  } catch (const core::Cancelled&) {
    batch.finish();
    throw;
  }
  batch.finish();
  if (!workspace.summary().tokens_complete) workspace.writer().finish_sequence(tokenizer.separator());
}

}  // namespace corpuscope::explore
