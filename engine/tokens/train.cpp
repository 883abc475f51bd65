#include <sentencepiece_trainer.h>

#include <fstream>
#include <iterator>
#include <system_error>
#include <unordered_map>

#include "core/error.h"
#include "tokens/tokenizer.h"
#include "tokens/words.h"

namespace corpuscope::tokens {
namespace {

constexpr std::size_t longest_sentence = 4000;  // the library leaves out sentences of more than 4192 bytes

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in && !in.eof()) throw core::Error("Cannot read " + file.string() + ".", "Leave it out or make it readable.");
  return bytes;
}

std::int64_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) throw core::Error("Cannot read " + file.string() + ".", "Leave it out or make it readable.");
  return std::int64_t(size);
}

// The library's messages begin with the place in its source.
std::string reason_of(const sentencepiece::util::Status& status) {
  const std::string message = status.error_message();
  const auto place = message.find(") [");
  return place == std::string::npos ? message : message.substr(place + 2);
}

// A file of this name is whole or not there.
void write_whole(const std::string& bytes, const std::filesystem::path& model) {
  const std::filesystem::path part = model.string() + ".part";
  std::ofstream out(part, std::ios::binary);
  std::error_code error;
  if (out << bytes << std::flush) {
    out.close();
    std::filesystem::rename(part, model, error);
    if (!error) return;
  }
  std::filesystem::remove(part, error);
  throw core::Error("Cannot write " + model.string() + ".", "Check the folder and the space on the disk.");
}

// Gives the library what Tokenizer::encode will give it: words with the space before them. Blocks of white space
// are pieces by decree and not learned. Of every file the same share of the lines is drawn.
class Sample : public sentencepiece::SentenceIterator {
 public:
  Sample(const std::vector<std::filesystem::path>& files, std::int64_t sample_bytes, core::Job& job)
      : files_(files), job_(job) {
    std::int64_t bytes = 0;
    for (const auto& file : files) bytes += size_of(file);
    share_ = bytes > sample_bytes ? double(sample_bytes) / double(bytes) : 1.0;
    job_.begin("reading texts for the tokenizer", "bytes", bytes);
    Next();
  }

  bool done() const override { return done_; }
  const std::string& value() const override { return sentence_; }
  sentencepiece::util::Status status() const override { return {}; }

  void Next() override {
    sentence_.clear();
    while (sentence_.empty()) {
      while (position_ >= text_.size()) {
        if (next_file_ == files_.size()) {
          done_ = true;
          return;
        }
        open_next_file();
      }
      take_line();
    }
  }

 private:
  void open_next_file() {
    job_.poll();
    text_ = read_whole(files_[next_file_++]);
    position_ = 0;
    job_.advance(std::int64_t(text_.size()));
  }

  void take_line() {
    auto end = text_.find('\n', position_);
    end = end == std::string::npos ? text_.size() : end + 1;
    drawn_ += share_;
    const bool draw = drawn_ >= 1;
    if (!draw) {
      position_ = end;
      return;
    }
    Words words(std::string_view(text_).substr(position_, end - position_));
    for (auto stretch = words.next(); !stretch.bytes.empty(); stretch = words.next()) {
      if (sentence_.size() + stretch.bytes.size() > longest_sentence) return;  // the line goes on in the next one
      if (!stretch.blank) sentence_ += stretch.bytes;
      position_ += stretch.bytes.size();
    }
    drawn_ -= 1;
  }

  const std::vector<std::filesystem::path>& files_;
  core::Job& job_;
  double share_ = 1, drawn_ = 0;
  std::size_t next_file_ = 0, position_ = 0;
  std::string text_, sentence_;
  bool done_ = false;
};

// White space that source code and prose have often, as the library wants it: with commas between, and "▁" for a
// space.
std::string blank_pieces() {
  std::string pieces;
  const auto add = [&pieces](std::string_view start, std::string_view repeated, int times) {
    if (!pieces.empty()) pieces += ',';
    pieces += start;
    for (int i = 0; i < times; ++i) pieces += repeated;
  };
  for (const int newlines : {1, 2, 3}) add("", "\n", newlines);
  for (const int newlines : {1, 2}) add("", "\r\n", newlines);
  for (int tabs = 1; tabs <= 6; ++tabs) add("", "\t", tabs);
  for (int tabs = 1; tabs <= 4; ++tabs) add("\n", "\t", tabs);
  for (int spaces = 2; spaces <= 16; ++spaces) add("", "▁", spaces);
  for (const int spaces : {20, 24, 32, 48, 64}) add("", "▁", spaces);
  for (int spaces = 1; spaces <= 16; ++spaces) add("\n", "▁", spaces);
  for (const int spaces : {19, 20, 23, 24, 27, 28, 31, 32}) add("\n", "▁", spaces);
  for (const int spaces : {1, 2, 3, 4, 7, 8}) add("\n\n", "▁", spaces);
  return pieces;
}

}  // namespace

void train(const std::vector<std::filesystem::path>& files, const TrainSettings& settings,
           const std::filesystem::path& model, core::Job& job) {
  Sample sample(files, settings.sample_bytes, job);
  if (sample.done()) throw core::Error("There is no text to learn from.", "Give files with words in them.");
  const std::unordered_map<std::string, std::string> arguments = {
      {"model_type", "unigram"},
      {"vocab_size", std::to_string(settings.pieces)},
      {"hard_vocab_limit", "true"},
      {"byte_fallback", "true"},
      {"character_coverage", "0.9995"},
      {"normalization_rule_name", "identity"},
      {"add_dummy_prefix", "false"},
      {"remove_extra_whitespaces", "false"},
      {"split_by_whitespace", "true"},
      {"split_by_unicode_script", "true"},
      {"split_digits", "true"},
      {"allow_whitespace_only_pieces", "true"},
      {"user_defined_symbols", blank_pieces()},
      {"unk_id", "0"},
      {"eos_id", "1"},
      {"bos_id", "-1"},
      {"pad_id", "-1"},
      {"max_sentence_length", std::to_string(longest_sentence + 1)},
      {"num_threads", "2"},
      {"minloglevel", "1"},
  };
  std::string bytes;
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &sample, &bytes);
  if (!status.ok())
    throw core::Error("The tokenizer cannot be trained: " + reason_of(status) + ".",
                      "Give more text, or another number of pieces.");
  Tokenizer::from_bytes(bytes);  // what would not load is not written
  write_whole(bytes, model);
}

}  // namespace corpuscope::tokens
