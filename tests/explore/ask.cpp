#include "explore/ask.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/answer_details.h"
#include "explore/one_token.h"
#include "explore/open.h"
#include "explore/passages_before.h"
#include "read_support.h"
#include "tokens/tokenizer.h"

namespace corpuscope::explore {
namespace {

TEST(Sampler, DrawsWithTheProbabilitiesOfASoftmax) {
  const std::vector<float> logits = {1.0f, 2.0f, 0.0f, -30.0f};
  Sampler sampler({0.5, 0, 1, 7});
  std::map<std::int32_t, int> drawn;
  constexpr int times = 20000;
  for (int i = 0; i < times; ++i) ++drawn[sampler.next(logits)];
  const double sum = std::exp(2.0) + std::exp(4.0) + 1;
  EXPECT_NEAR(drawn[0], times * std::exp(2.0) / sum, 4 * std::sqrt(times * 0.12));
  EXPECT_NEAR(drawn[1], times * std::exp(4.0) / sum, 4 * std::sqrt(times * 0.12));
  EXPECT_GT(drawn[2], 0);
  EXPECT_EQ(drawn[3], 0);
}

TEST(Sampler, KeepsTheMostProbableAlone) {
  const std::vector<float> logits = {1, 3, 3, 2, 0};
  EXPECT_EQ(Sampler({0, 0, 1, 1}).next(logits), 1);  // of equals the first
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    EXPECT_EQ(Sampler({1, 1, 1, seed}).next(logits), 1);
    EXPECT_EQ(Sampler({1, 0, 1e-9, seed}).next(logits), 1);
    const auto two = Sampler({5, 2, 1, seed}).next(logits);
    EXPECT_TRUE(two == 1 || two == 2);
    const auto most = Sampler({1, 0, 0.85, seed}).next(logits);  // 3, 3 and 2 are 0.95 of it, 3 and 3 are 0.82
    EXPECT_TRUE(most >= 1 && most <= 3);
  }
  EXPECT_THROW(Sampler({-1, 0, 1, 1}), core::Error);
  EXPECT_THROW(Sampler({NAN, 0, 1, 1}), core::Error);
  EXPECT_THROW(Sampler({1, -1, 1, 1}), core::Error);
  EXPECT_THROW(Sampler({1, 0, 0, 1}), core::Error);
}

// Three texts, read by a tiny model with the default tokenizer.
class Ask : public testing::Test {
 protected:
  Ask() {
    core::set_threads(1);
    model::Config config = tiny_config();
    config.vocab_size = 8192;
    write_model(folder / "tiny", config);
  }
  ~Ask() override { core::set_threads(0); }

  static std::string filler(int lines, int from) {
    std::string text;
    for (int line = 0; line < lines; ++line) text += "Line " + std::to_string(from + line) + " tells of nothing at all.\n";
    return text;
  }

  // `later`: what the middle text goes on with behind its 80th line, and the whole last text.
  std::filesystem::path corpus(const std::string& name, const std::string& later, const std::string& last) {
    test::write_file(folder / name / "a.txt", filler(100, 0) + "The lighthouse keeper whistled at night.\n" + filler(40, 200));
    test::write_file(folder / name / "b.txt", filler(80, 500) + later);
    test::write_file(folder / name / "c.txt", last);
    const auto file = folder / (name + ".corpuscope");
    core::Job job;
    open_corpus(folder / name, file, {}, job);
    ReadSettings settings;
    settings.model = folder / "tiny";
    read_corpus(file, settings, job);
    return file;
  }

  Answer ask(const std::filesystem::path& file, const AskSettings& settings) {
    core::Job job;
    return Asker(file, 1, folder / "tiny").ask("Who whistles at the lighthouse?", settings, job);
  }

  test::TemporaryFolder folder;
};

TEST_F(Ask, StandsOnThePassageWithItsWords) {
  const auto file = corpus("one", filler(80, 600), filler(300, 900));
  AskSettings settings;
  settings.most_tokens = 12;
  std::string streamed;
  core::Job job;
  Asker asker(file, 1, folder / "tiny");
  const Answer answer = asker.ask("Who whistles at the lighthouse?", settings, job, [&](std::string_view piece) { streamed += piece; });
  EXPECT_EQ(streamed, answer.text);
  ASSERT_FALSE(answer.sources.empty());
  bool found = false;
  double before = 1, sum = 0;
  for (const auto& source : answer.sources) {
    EXPECT_LE(source.share, before);
    EXPECT_LE(source.count, settings.passage_tokens);
    before = source.share;
    sum += source.share;
    found |= source.place.name == "a.txt" && source.text.find("lighthouse keeper whistled") != std::string::npos;
  }
  EXPECT_TRUE(found);
  EXPECT_GT(sum, 0);
  EXPECT_LT(sum, 1);
  EXPECT_EQ(answer.as_of, workspace::Workspace::open(file).summary().tokens);
}

TEST(AnswerDetails, GiveTheSourcesBackWhateverBytesTheyHold) {
  Answer answer;
  for (const char* text : {"plain", "\"quoted\"\n", "cut inside of a character \xe2\x80"}) {
    AskSource source;
    source.first = 7;
    source.count = 5;
    source.share = 0.25;
    source.place.name = "a.txt";
    source.place.line = 3;
    source.text = text;
    answer.sources.push_back(source);
  }
  const auto back = sources_of(answer_details(answer, {}));
  ASSERT_EQ(back.size(), 3u);
  EXPECT_EQ(back[1].text, answer.sources[1].text);
  EXPECT_EQ(back[2].text.substr(0, 25), answer.sources[2].text.substr(0, 25));
  EXPECT_EQ(back[0].first, 7);
  EXPECT_EQ(back[0].count, 5);
  EXPECT_EQ(back[0].share, 0.25);
  EXPECT_EQ(back[0].place.name, "a.txt");
  EXPECT_EQ(back[0].place.line, 3);
  for (const char* damaged : {"", "{}", "[]", "{\"sources\": 5}", "{\"sources\": [{\"name\": 7}]}", "{\"sources\""})
    EXPECT_TRUE(sources_of(damaged).empty()) << damaged;
}

TEST_F(Ask, WhatComesBehindThePlaceChangesNoByte) {
  const auto one = corpus("one", filler(80, 600), filler(300, 900));
  const auto other = corpus("other", filler(80, 100), "The lighthouse whistled. The lighthouse keeper whistled.\n" + filler(280, 100));
  auto workspace = workspace::Workspace::open(one);
  auto changed = workspace::Workspace::open(other);
  // The levels of a run depend on the sequence's length up to a power of two.
  const auto levels = [](const workspace::Workspace& w) { return model::parse_config(w.run(1)->config).attention.levels.size(); };
  ASSERT_EQ(levels(workspace), levels(changed));
  Passages passages(workspace);
  const auto b = workspace.find_document("b.txt");
  AskSettings settings;
  settings.as_of = passages.token_at(b->id, std::int64_t(filler(80, 500).size()));
  ASSERT_EQ(workspace.tokens(0, settings.as_of), changed.tokens(0, settings.as_of));
  ASSERT_NE(workspace.tokens(0, settings.as_of + 5), changed.tokens(0, settings.as_of + 5));
  settings.most_tokens = 30;
  const Answer here = ask(one, settings), there = ask(other, settings);
  EXPECT_EQ(here.tokens, there.tokens);
  ASSERT_EQ(here.sources.size(), there.sources.size());
  ASSERT_FALSE(here.sources.empty());
  for (std::size_t i = 0; i < here.sources.size(); ++i) {
    EXPECT_EQ(here.sources[i].first, there.sources[i].first);
    EXPECT_EQ(here.sources[i].text, there.sources[i].text);
    EXPECT_EQ(here.sources[i].share, there.sources[i].share);
    EXPECT_LE(here.sources[i].first + here.sources[i].count, settings.as_of);
  }
  // Without the limit it does.
  settings.as_of = -1;
  EXPECT_NE(ask(one, settings).sources.front().text, ask(other, settings).sources.front().text);
}

TEST_F(Ask, GoesOnWhereItStopped) {
  const auto file = corpus("one", filler(80, 600), filler(300, 900));
  AskSettings settings;
  settings.sampling.temperature = 0;
  settings.most_tokens = 24;
  const Answer whole = ask(file, settings);
  core::Job job;
  Asker asker(file, 1, folder / "tiny");
  EXPECT_THROW(asker.more(settings, job), core::Error);
  settings.most_tokens = 10;
  asker.ask("Who whistles at the lighthouse?", settings, job);
  settings.most_tokens = 14;
  const Answer joined = asker.more(settings, job);
  EXPECT_EQ(joined.tokens, whole.tokens);
  EXPECT_EQ(joined.text, whole.text);
  for (std::size_t i = 0; i < whole.sources.size(); ++i)
    EXPECT_NEAR(joined.sources[i].share, whole.sources[i].share, 1e-9);
}

TEST_F(Ask, ACheckReadsTheAnswerAgainWithoutAPassage) {
  const auto file = corpus("one", filler(80, 600), filler(300, 900));
  AskSettings settings;
  settings.passages = 1;
  settings.most_tokens = 15;
  settings.sampling.seed = 3;
  core::Job job;
  Asker asker(file, 1, folder / "tiny");
  const Answer answer = asker.ask("Who whistles at the lighthouse?", settings, job);
  ASSERT_EQ(answer.sources.size(), 1u);
  const workspace::LinkCheck checked = asker.check(0, job);
  EXPECT_THROW(asker.check(1, job), core::Error);

  // The same by hand, over the whole sequence.
  auto workspace = workspace::Workspace::open(file);
  auto decoder = model::Decoder::load(folder / "tiny");
  decoder.set_pattern(model::parse_config(workspace.run(1)->config).attention);
  const auto tokenizer = tokens::Tokenizer::from_bytes(workspace.tokenizer_model());
  const auto bits = [&](bool with) {
    auto all = workspace.tokens(0, answer.as_of);
    const auto add = [&](const std::vector<std::int32_t>& more) { all.insert(all.end(), more.begin(), more.end()); };
    if (with) {
      add({tokenizer.separator()});
      add(workspace.tokens(answer.sources[0].first, answer.sources[0].count));
    }
    add({tokenizer.separator()});
    add(tokenizer.encode(answer.question + "\n\n"));
    const std::size_t first = all.size();
    add(answer.tokens);
    const auto surprisal = decoder.surprisal(all);
    double sum = 0;
    for (std::size_t i = first; i < all.size(); ++i) sum += double(surprisal[i]);
    return sum;
  };
  EXPECT_NEAR(checked.bits, bits(true), 1e-2);
  EXPECT_NEAR(checked.bits_without, bits(false), 1e-2);

  // It is kept with the answer, until that goes on.
  const auto kept = sources_of(answer_details(asker.last(), settings));
  ASSERT_TRUE(kept.front().check);
  EXPECT_EQ(kept.front().check->bits_without, checked.bits_without);
  EXPECT_EQ(kept.front().check->confirmed(), checked.confirmed());
  EXPECT_FALSE(asker.more(settings, job).sources.front().check);
}

// By reading everything at once, with the passages, question and answer behind the sequence.
TEST_F(Ask, HowATokenCameAboutIsWhatTheWholeStreamTells) {
  const auto file = corpus("one", filler(80, 600), filler(300, 900));
  AskSettings settings;
  settings.passages = 1;
  settings.most_tokens = 6;
  core::Job job;
  Asker asker(file, 1, folder / "tiny");
  EXPECT_THROW(asker.how(0, 0, job), core::Error);
  const Answer answer = asker.ask("Who whistles at the lighthouse?", settings, job);
  ASSERT_EQ(answer.tokens.size(), 6u);
  EXPECT_THROW(asker.how(6, 0, job), core::Error);
  EXPECT_THROW(asker.how(0, 1, job), core::Error);
  const AnswerHow how = asker.how(4, 0, job);
  EXPECT_EQ(how.count, answer.sources[0].count);
  EXPECT_EQ(how.query, answer.as_of + answer.prompt_tokens + 3);

  auto workspace = workspace::Workspace::open(file);
  auto decoder = model::Decoder::load(folder / "tiny");
  const auto config = model::parse_config(workspace.run(1)->config);
  decoder.set_pattern(config.attention);
  const auto tokenizer = tokens::Tokenizer::from_bytes(workspace.tokenizer_model());
  auto stream = workspace.tokens(0, answer.as_of);
  for (const auto& part : {workspace.tokens(answer.sources[0].first, answer.sources[0].count), tokenizer.encode(answer.question + "\n\n")}) {
    stream.push_back(tokenizer.separator());
    stream.insert(stream.end(), part.begin(), part.end());
  }
  stream.insert(stream.end(), answer.tokens.begin(), answer.tokens.begin() + 4);
  ASSERT_EQ(std::int64_t(stream.size()), how.query + 1);
  model::Reader reader(decoder);
  reader.append(std::span(stream).first(stream.size() - 1), nullptr);
  OneTokenSinks sinks(config, how.query, true);
  reader.append(std::span(stream).last(1), nullptr, &sinks);
  const auto whole = contacts(sinks.take(), End::keys, {config.layers, config.heads, int(config.attention.levels.size()), -1});
  ASSERT_EQ(how.looked_at.size(), 20u);
  for (std::size_t i = 0; i < how.looked_at.size(); ++i) EXPECT_NEAR(how.looked_at[i].share, whole[i].share, 1e-5) << i;
  EXPECT_EQ(how.looked_at.front().token, whole.front().token);

  ASSERT_FALSE(how.paths.empty());
  for (const auto& path : how.paths) {
    EXPECT_GE(path.front().from, how.first);
    EXPECT_LT(path.front().from, how.first + how.count);
    EXPECT_EQ(path.back().to, how.query);
    // The passage stands there as a copy: what is told of it is the token of the sequence.
    const AnswerPlace& place = how.places.at(path.front().from);
    EXPECT_EQ(place.of_sequence, answer.sources[0].first + path.front().from - how.first);
    EXPECT_EQ(place.name, answer.sources[0].place.name);
  }
  EXPECT_EQ(how.places.at(how.query).name, "answer");
  // The answer is as it was, and goes on.
  EXPECT_EQ(asker.last().tokens, answer.tokens);
}

TEST_F(Ask, CostsNoReadingWhateverTheLength) {
  for (const int lines : {100, 3000}) {
    const auto file = corpus("of" + std::to_string(lines), filler(20, 0), filler(lines, 0));
    AskSettings settings;
    settings.most_tokens = 5;
    std::int64_t read_again = 0;
    core::Job job([&](const core::Progress& progress) {
      if (progress.stage == "reading up to the place") read_again += progress.total;
    });
    Asker asker(file, 1, folder / "tiny");
    asker.ask("Who whistles at the lighthouse?", settings, job);
    EXPECT_EQ(read_again, 0) << lines;
  }
}

TEST_F(Ask, ACancelKeepsWhatThereIsAndWrongPlacesAreRefused) {
  const auto file = corpus("one", filler(80, 600), filler(300, 900));
  AskSettings settings;
  settings.most_tokens = 1000;
  core::Job job;
  int pieces = 0;
  Asker asker(file, 1, folder / "tiny");
  const Answer answer = asker.ask("Who?", settings, job, [&](std::string_view) {
    if (++pieces == 7) job.cancel();
  });
  EXPECT_LE(answer.tokens.size(), 7u);
  core::Job fresh;
  settings.as_of = 1 << 30;
  EXPECT_THROW(asker.ask("Who?", settings, fresh), core::Error);
  settings.as_of = 0;  // nothing is known, nothing is found
  settings.most_tokens = 3;
  EXPECT_TRUE(asker.ask("Who whistles?", settings, fresh).sources.empty());
  EXPECT_THROW(Asker(file, 99, folder / "tiny"), core::Error);
}

}  // namespace
}  // namespace corpuscope::explore
