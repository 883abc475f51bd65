// SentencePiece models of others: a vocabulary alone gives the same tokens as the model that it was taken from.
#include "tokens/vocabulary.h"

#include <gtest/gtest.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <unordered_map>

#include "core/error.h"
#include "support.h"
#include "tokens/tokenizer.h"

namespace corpuscope::tokens {
namespace {

class Lines : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  bool done() const override { return at_ == lines_.size(); }
  void Next() override { ++at_; }
  const std::string& value() const override { return lines_[at_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  std::vector<std::string> lines_;
  std::size_t at_ = 0;
};

// A model as Llama's was made: BPE, byte fallback, single digits, <unk> <s> </s>, a space before each text.
std::string trained(const std::string& normaliser = "identity") {
  std::string text = test::read_file(test::source_folder() / "README.md");
  for (const char* file : {"engine/tokens/words.cpp", "engine/tokens/train.cpp", "engine/pattern/pattern.h"})
    text += test::read_file(test::source_folder() / file);
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  const std::unordered_map<std::string, std::string> settings = {
      {"model_type", "bpe"}, {"vocab_size", "700"}, {"byte_fallback", "true"}, {"split_digits", "true"},
      {"normalization_rule_name", normaliser}, {"remove_extra_whitespaces", "false"}, {"hard_vocab_limit", "false"},
      {"allow_whitespace_only_pieces", "true"}, {"user_defined_symbols", "<tool>"}, {"self_test_sample_size", "3"},
      {"minloglevel", "2"}};
  Lines sentences(lines);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(settings, &sentences, &model);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  return model;
}

Vocabulary vocabulary_of(const sentencepiece::SentencePieceProcessor& library) {
  Vocabulary vocabulary;
  for (int id = 0; id < library.GetPieceSize(); ++id)
    vocabulary.pieces.push_back({library.IdToPiece(id), library.GetScore(id),
                                 library.IsUnknown(id)   ? PieceKind::unknown
                                 : library.IsControl(id) ? PieceKind::control
                                 : library.IsByte(id)    ? PieceKind::byte
                                 : library.IsUnused(id)  ? PieceKind::unused
                                 : library.IdToPiece(id) == "<tool>" ? PieceKind::user_defined
                                                                     : PieceKind::normal});
  vocabulary.unknown = library.unk_id();
  vocabulary.begin = library.bos_id();
  vocabulary.end = library.eos_id();
  return vocabulary;
}

std::vector<std::string> texts() {
  std::vector<std::string> texts = {"", " ", "  two  spaces  ", "the pattern of dilated attention", "tokens<tool>x",
                                    "\tint x = 1234567;\n\n    return x;", "naïve ﬁne 日本語 ▁ 🏳", "a\r\nb",
                                    test::read_file(test::source_folder() / "engine/tokens/tokenizer.cpp").substr(0, 3000)};
  std::mt19937 random(3);
  for (int i = 0; i < 50; ++i) {
    std::string text;
    for (int length = int(random() % 60); length > 0; --length) text += "abcdetns 01.,_(\n"[random() % 16];
    texts.push_back(text);
  }
  return texts;
}

TEST(Vocabulary, GivesTheSameTokensAsItsModel) {
  sentencepiece::SentencePieceProcessor original, rebuilt;
  ASSERT_TRUE(original.LoadFromSerializedProto(trained()).ok());
  const auto status = rebuilt.LoadFromSerializedProto(sentencepiece_model(vocabulary_of(original)));
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(rebuilt.eos_id(), original.eos_id());
  EXPECT_EQ(rebuilt.bos_id(), original.bos_id());
  EXPECT_EQ(rebuilt.unk_id(), original.unk_id());
  for (const auto& text : texts()) {
    EXPECT_EQ(rebuilt.EncodeAsIds(text), original.EncodeAsIds(text)) << text;
    EXPECT_EQ(rebuilt.DecodeIds(rebuilt.EncodeAsIds(text)), original.DecodeIds(original.EncodeAsIds(text))) << text;
  }
}

// The engine cuts texts into words first, and has no space before the text: else the tokens are the model's own.
TEST(Vocabulary, ALosslessModelIsTheEnginesTokenizer) {
  const std::string model = lossless(trained());
  const Tokenizer tokenizer = Tokenizer::from_bytes(model);
  sentencepiece::SentencePieceProcessor library;
  ASSERT_TRUE(library.LoadFromSerializedProto(model).ok());
  for (const auto& text : texts()) EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  for (const std::string text : {"the pattern of dilated attention", " tokens of the text, which are few; 12 of them.",
                                 "segment_count(const Pattern& pattern, int level)"})
    EXPECT_EQ(tokenizer.encode(text), library.EncodeAsIds(text)) << text;
}

TEST(Vocabulary, ReplacedCharactersAreKept) {
  const Tokenizer tokenizer = Tokenizer::from_bytes(lossless(trained("nmt_nfkc")));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("ﬁne ½  x")), "ﬁne ½  x");
  const auto tokens = tokenizer.encode(" tokens");
  EXPECT_LT(tokens.size(), 4u) << "words are no bytes";
}

TEST(Vocabulary, DamagedModelsAreRefusedOrLoaded) {
  const std::string sound = trained();
  EXPECT_THROW(lossless("no model"), core::Error);
  EXPECT_THROW(lossless(sound.substr(0, sound.size() - 1)), core::Error);
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = sound;
    for (int changes = 1 + int(random() % 4); changes > 0; --changes) bytes[random() % bytes.size()] = char(random());
    if (random() % 3 == 0) bytes.resize(random() % bytes.size());
    try {
      const auto tokenizer = Tokenizer::from_bytes(lossless(bytes));
      EXPECT_EQ(tokenizer.decode(tokenizer.encode("any text")), "any text");
    } catch (const core::Error&) {
    }
  }
}

}  // namespace
}  // namespace corpuscope::tokens
