#include "training/batches.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "core/error.h"
#include "core/parallel.h"
#include "text/extract.h"

namespace corpuscope::training {

namespace {

// SplitMix64: a counter becomes a random number.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

std::vector<std::string> lines_of(const std::filesystem::path& list) {
  std::ifstream in(list);
  if (!in) throw core::Error("the list of files " + list.string() + " cannot be read", "Give a file with one path a line.");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace

Texts load_texts(const std::string& name, const std::filesystem::path& list, const tokens::Tokenizer& tokenizer,
                 std::int64_t* skipped) {
  const std::vector<std::string> files = lines_of(list);
  struct Encoded {
    std::vector<std::int32_t> tokens;
    std::int64_t bytes = -1;
  };
  std::vector<Encoded> encoded(files.size());
  core::parallel_for(std::int64_t(files.size()), [&](std::int64_t i) {
    std::ifstream in(files[std::size_t(i)], std::ios::binary);
    if (!in) throw core::Error("the file " + files[std::size_t(i)] + " cannot be read", "Correct " + list.string() + ".");
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    try {
      const text::Extracted extracted = text::extract(files[std::size_t(i)], bytes);
      encoded[std::size_t(i)] = {tokenizer.encode(extracted.text), std::int64_t(extracted.text.size())};
    } catch (const core::Error&) {
      // No text: stays at -1 bytes and is counted below.
    }
  });
  Texts texts{name, {}, 0, 1};
  for (const Encoded& file : encoded) {
    if (file.bytes < 0) {
      if (skipped) ++*skipped;
      continue;
    }
    texts.tokens.insert(texts.tokens.end(), file.tokens.begin(), file.tokens.end());
    texts.tokens.push_back(tokenizer.separator());
    texts.bytes += file.bytes;
  }
  if (texts.bytes == 0) throw core::Error("the files of " + list.string() + " hold no text", "Give other files.");
  return texts;
}

Batches::Batches(std::vector<Texts> kinds, std::int64_t length, std::uint64_t seed)
    : kinds_(std::move(kinds)), length_(length), seed_(seed) {
  if (kinds_.empty() || length_ < 2) throw core::Error("training has no text", "Give at least one list of files.");
  for (const Texts& kind : kinds_) {
    if (std::int64_t(kind.tokens.size()) < length_)
      throw core::Error(fmt::format("\"{}\" has {} tokens, fewer than a window of {}", kind.name, kind.tokens.size(), length_),
                        "Give more text or a shorter length.");
    if (!(kind.share > 0)) throw core::Error("the share of \"" + kind.name + "\" is not positive", "Give a share above 0.");
    shares_ += kind.share;
  }
}

std::span<const std::int32_t> Batches::window(std::int64_t k) const {
  const std::uint64_t first = mixed(seed_ ^ mixed(std::uint64_t(2 * k)));
  double at = double(first >> 11) * 0x1p-53 * shares_;
  std::size_t kind = 0;
  while (kind + 1 < kinds_.size() && at >= kinds_[kind].share) at -= kinds_[kind++].share;
  const auto& tokens = kinds_[kind].tokens;
  const std::uint64_t places = tokens.size() - std::size_t(length_) + 1;
  return std::span(tokens).subspan(mixed(seed_ ^ mixed(std::uint64_t(2 * k + 1))) % places, std::size_t(length_));
}

}  // namespace corpuscope::training
