#include "explore/ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>

#include "core/error.h"
#include "explore/asker_impl.h"
#include "explore/passages_before.h"

namespace corpuscope::explore {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Sources are kept in the order of the prompt, and shown by how much they were attended to.
Answer shown(Answer answer) {
  std::ranges::stable_sort(answer.sources, std::ranges::greater(), &AskSource::share);
  return answer;
}

}  // namespace

bool is_small(const workspace::Run& run) {
  constexpr std::int64_t knows_something = 500'000'000;  // weights
  return model::parameter_count(model::parse_config(run.config)) < knows_something;
}

std::vector<std::size_t> shown_order(const Answer& answer) {
  std::vector<std::size_t> order(answer.sources.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t s) { return answer.sources[s].share; });
  return order;
}

// A passage as tokens of the sequence, cut to so many.
AskSource Asker::Impl::source(const workspace::Document& document, std::int64_t first, std::int64_t bytes, int most_tokens) {
  AskSource source;
  source.first = passages.token_at(document.id, first);
  const std::int64_t end = passages.token_at(document.id, std::min(first + bytes, document.text_bytes));
  source.count = std::clamp<std::int64_t>(end - source.first, 1, most_tokens);
  source.place = passages.place(source.first);
  const auto read = runs.workspace().tokens(source.first, source.count);
  source.text = tokenizer.decode(read);
  return source;
}

std::vector<AskSource> Asker::Impl::find(const std::string& question, const AskSettings& settings, std::int64_t known,
                                         core::Job& job) {
  if (known < runs.workspace().summary().tokens) return find_before(question, settings, known, job);
  SearchSettings ranked;
  ranked.most_ranked = settings.passages;
  ranked.in_each_document = 0;
  std::vector<Match> matches;
  const SearchQuery query = plain_words(question);
  if (query.terms.empty()) return {};
  search(text, query, ranked, job, [&](std::span<const Match> found) { matches.assign(found.begin(), found.end()); });
  std::vector<AskSource> found;
  for (const Match& match : matches) {
    const auto& document = text.documents()[match.document];
    // A third of the passage before the place, so that it is seen in its context.
    const std::int64_t before = std::min<std::int64_t>(match.offset, settings.passage_tokens);
    found.push_back(source(document, match.offset - before, document.text_bytes, settings.passage_tokens));
  }
  return found;
}

std::vector<AskSource> Asker::Impl::find_before(const std::string& question, const AskSettings& settings,
                                                std::int64_t known, core::Job& job) {
  const auto before = text.before(known);
  constexpr std::int64_t bytes_a_token = 3;
  std::vector<AskSource> found;
  for (const PassageBefore& passage :
       passages_before(*before, question, settings.passages, bytes_a_token * settings.passage_tokens, job))
    found.push_back(source(before->documents()[passage.document], passage.first, passage.bytes, settings.passage_tokens));
  std::erase_if(found, [&](const AskSource& one) { return one.first + one.count > known; });
  return found;
}

void Asker::Impl::read(std::span<const std::int32_t> tokens, float* bits, model::LayerSinks* sinks, core::Job& job) {
  job.poll();
  if (!tokens.empty()) reader->append(tokens, bits, sinks);
}

model::Reader Asker::Impl::fresh_reader() const {
  model::Reader behind(runs.decoder());
  if (!state.empty()) behind.load(state);
  return behind;
}

// The passages, the best one last, and the question. `left_out`: a passage that is not among them. `places`: where each
// passage lies in the stream.
std::vector<std::int32_t> Asker::Impl::prompt_tokens(const Answer& answer, std::ptrdiff_t left_out, std::vector<PromptPart>* places) {
  const std::int32_t separator = tokenizer.separator();
  std::vector<std::int32_t> tokens;
  const auto add = [&](const std::vector<std::int32_t>& own) {
    tokens.push_back(separator);
    const std::int64_t begin = answer.as_of + std::int64_t(tokens.size());
    tokens.insert(tokens.end(), own.begin(), own.end());
    return PromptPart{begin, begin + std::int64_t(own.size())};
  };
  for (std::size_t i = answer.sources.size(); i-- > 0;) {
    if (std::ptrdiff_t(i) == left_out) continue;
    const PromptPart part = add(runs.workspace().tokens(answer.sources[i].first, answer.sources[i].count));
    if (places) (*places)[i] = part;
  }
  add(tokenizer.encode(answer.question + "\n\n"));
  return tokens;
}

void Asker::Impl::prompt(const Answer& answer, std::ptrdiff_t left_out, std::vector<PromptPart>* places, core::Job& job) {
  reader = std::make_unique<model::Reader>(fresh_reader());
  read(prompt_tokens(answer, left_out, places), nullptr, nullptr, job);
}

void Asker::Impl::draw(Answer& answer, const AskSettings& settings, core::Job& job, const OnText& on_text) {
  Sampler sampler(settings.sampling);
  std::string bytes;
  for (int i = 0; i < settings.most_tokens && !job.cancelled(); ++i) {
    const std::int32_t token = sampler.next(reader->next_logits());
    answer.ended = token == tokenizer.separator();
    if (answer.ended) break;
    float bits = 0;
    reader->append(std::span(&token, 1), &bits, sums.get());
    ++attending;
    answer.tokens.push_back(token);
    const std::string_view piece = tokenizer.surface(token);
    answer.text += piece;
    if (on_text) on_text(piece);
    job.advance(1);
  }
  const double whole = double(attending) * runs.config().layers * runs.config().heads;
  for (std::size_t s = 0; s < answer.sources.size(); ++s)
    answer.sources[s].share = whole > 0 ? sums->sum(s) / whole : 0;
}

Asker::Asker(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model)
    : impl_(std::make_unique<Impl>(workspace, run, model)) {}
Asker::~Asker() = default;

Answer Asker::ask(const std::string& question, const AskSettings& settings, core::Job& job, const OnText& on_text) {
  Impl& i = *impl_;
  const std::int64_t done = i.runs.run().done;
  if (settings.as_of > done)
    throw core::Error(fmt::format("Run {} has read {} tokens, not up to {}.", i.runs.run().id, done, settings.as_of),
                      "Let the reading go on first, or choose an earlier place.");
  const auto start = Clock::now();
  Answer answer;
  answer.question = question;
  answer.run = i.runs.run().id;
  answer.as_of = settings.as_of < 0 ? done : settings.as_of;
  answer.sources = i.find(question, settings, answer.as_of, job);
  answer.seconds_found = seconds_since(start);
  job.begin("reading up to the place", "tokens", i.runs.cost(answer.as_of, answer.as_of).tokens);
  i.runs.go_to(answer.as_of, job);
  i.state = answer.as_of > 0 ? i.runs.state() : std::vector<std::byte>();
  job.begin("answering", "tokens", settings.most_tokens);
  std::vector<PromptPart> places(answer.sources.size());
  i.prompt(answer, -1, &places, job);
  answer.prompt_tokens = i.reader->position() - answer.as_of;
  answer.seconds_ready = seconds_since(start);
  i.sums = std::make_unique<StretchSums>(places, i.runs.config().heads);
  i.attending = 0;
  i.draw(answer, settings, job, on_text);
  answer.seconds = seconds_since(start);
  i.last = answer;
  return shown(answer);
}

Answer Asker::more(const AskSettings& settings, core::Job& job, const OnText& on_text) {
  Impl& i = *impl_;
  if (!i.reader) throw core::Error("There is no answer to go on with.", "Ask a question first.");
  const auto start = Clock::now();
  job.begin("answering", "tokens", settings.most_tokens);
  for (AskSource& one : i.last.sources) one.check.reset();  // they were of a shorter answer
  i.draw(i.last, settings, job, on_text);
  i.last.seconds += seconds_since(start);
  return shown(i.last);
}

workspace::LinkCheck Asker::check(std::size_t source, core::Job& job) {
  Impl& i = *impl_;
  if (source >= i.last.sources.size() || i.last.tokens.empty())
    throw core::Error("There is no such source of an answer.", "Ask a question first.");
  const auto order = shown_order(i.last);
  const auto bits = [&](std::ptrdiff_t left_out) {
    i.prompt(i.last, left_out, nullptr, job);
    std::vector<float> each(i.last.tokens.size());
    i.read(i.last.tokens, each.data(), nullptr, job);
    double sum = 0;
    for (const float one : each) sum += double(one);
    return sum;
  };
  job.begin("reading again without a passage", "answers", 2);
  workspace::LinkCheck checked;
  checked.bits_without = bits(std::ptrdiff_t(order[source]));
  job.advance(1);
  checked.bits = bits(-1);  // last, so that the answer can go on from there
  job.advance(1);
  i.last.sources[order[source]].check = checked;
  return checked;
}

Answer Asker::last() const { return shown(impl_->last); }

}  // namespace corpuscope::explore
