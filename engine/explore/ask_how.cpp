#include <algorithm>
#include <set>

#include "core/error.h"
#include "explore/asker_impl.h"
#include "explore/one_token.h"
#include "explore/path_walk.h"
#include "explore/walk_sinks.h"

namespace corpuscope::explore {

namespace {

constexpr int most_paths = 5, most_contacts = 20;
constexpr std::int64_t tokens_around = 8;

// The stream behind the sequence: passages, question and answer.
struct Behind {
  std::int64_t as_of = 0, answer = 0;  // where it begins, and the answer in it
  std::vector<std::int32_t> tokens;
  std::vector<PromptPart> passages;    // of each source
};

// By any edge of any layer at `query`.
std::vector<Contact> looked_at(const model::Config& config, model::Reader reader, const Behind& behind, std::int64_t query) {
  const auto before = std::span(behind.tokens).first(std::size_t(query - behind.as_of));
  if (!before.empty()) reader.append(before, nullptr);
  OneTokenSinks sinks(config, query, true);
  reader.append(std::span(behind.tokens).subspan(before.size(), 1), nullptr, &sinks);
  const auto edges = sinks.take();
  auto contacts = explore::contacts(edges, End::keys, {config.layers, config.heads, int(config.attention.levels.size()), -1});
  if (contacts.size() > most_contacts) contacts.resize(most_contacts);
  return contacts;
}

std::vector<workspace::FoundPath> paths_from(const model::Config& config, model::Reader reader, const Behind& behind,
                                             const PromptPart& passage, std::int64_t query, core::Job& job) {
  PathWalk walk({config.attention, config.layers, config.heads, passage.begin, passage.end - passage.begin, query, most_paths});
  WalkSinks sinks(walk, config.layers, job);
  const auto all = std::span(behind.tokens).first(std::size_t(query + 1 - behind.as_of));
  const auto before = all.first(std::size_t(passage.begin - behind.as_of));
  if (!before.empty()) reader.append(before, nullptr);
  // Chunks end where a piece of the reader does, so that each passes the layers once.
  for (auto rest = all.subspan(before.size()); !rest.empty();) {
    job.poll();
    const std::int64_t at = reader.position(), piece = reader.piece();
    const std::size_t count = std::size_t(std::min<std::int64_t>(std::int64_t(rest.size()), piece - at % piece));
    sinks.begin(at, std::int64_t(count));
    reader.append(rest.first(count), nullptr, &sinks);
    sinks.end();
    rest = rest.subspan(count);
  }
  return walk.paths();
}

// Which token of the sequence stands at a position, itself or as a copy; -1: none.
std::int64_t of_sequence(const Behind& behind, const Answer& answer, std::int64_t position) {
  if (position < behind.as_of) return position;
  for (std::size_t i = 0; i < behind.passages.size(); ++i)
    if (position >= behind.passages[i].begin && position < behind.passages[i].end)
      return answer.sources[i].first + position - behind.passages[i].begin;
  return -1;
}

AnswerPlace place_of(const Behind& behind, const Answer& answer, std::int64_t position, const tokens::Tokenizer& tokenizer,
                     workspace::Workspace& workspace, Passages& passages) {
  AnswerPlace place;
  place.of_sequence = of_sequence(behind, answer, position);
  const std::int64_t first = std::max<std::int64_t>(0, position - tokens_around), end = position + 1 + tokens_around;
  auto around = workspace.tokens(first, std::min(end, behind.as_of) - first);
  const std::int64_t from = std::max(first, behind.as_of) - behind.as_of;
  const std::int64_t to = std::min(end - behind.as_of, std::int64_t(behind.tokens.size()));
  if (to > from) around.insert(around.end(), behind.tokens.begin() + from, behind.tokens.begin() + to);
  const auto at = around.begin() + (position - first);
  place.before = tokenizer.decode(std::vector<std::int32_t>(around.begin(), at));
  place.token = tokenizer.surface(*at);
  place.behind = tokenizer.decode(std::vector<std::int32_t>(at + 1, around.end()));
  if (place.of_sequence >= 0) {
    const Place where = passages.place(place.of_sequence);
    place.name = where.name;
    place.line = where.line;
  } else {
    place.name = position >= behind.answer ? "answer" : "question";
  }
  return place;
}

}  // namespace

AnswerHow Asker::how(std::size_t token, std::size_t source, core::Job& job) {
  Impl& i = *impl_;
  const Answer& answer = i.last;
  if (token >= answer.tokens.size() || (source >= answer.sources.size() && !answer.sources.empty()))
    throw core::Error("The answer has no such token or passage.", "Ask a question first; tokens count from 0.");
  Behind behind{answer.as_of, 0, {}, std::vector<PromptPart>(answer.sources.size())};
  behind.tokens = i.prompt_tokens(answer, -1, &behind.passages);
  behind.answer = answer.as_of + std::int64_t(behind.tokens.size());
  behind.tokens.insert(behind.tokens.end(), answer.tokens.begin(), answer.tokens.end());
  AnswerHow how;
  how.token = std::string(i.tokenizer.surface(answer.tokens[token]));
  how.query = behind.answer + std::int64_t(token) - 1;
  job.begin("reading the answer again", "steps", 2);
  how.looked_at = looked_at(i.runs.config(), i.fresh_reader(), behind, how.query);
  job.advance(1);
  if (!answer.sources.empty()) {
    const PromptPart& passage = behind.passages[shown_order(answer)[source]];
    how.first = passage.begin;
    how.count = passage.end - passage.begin;
    how.paths = paths_from(i.runs.config(), i.fresh_reader(), behind, passage, how.query, job);
  }
  job.advance(1);
  std::set<std::int64_t> positions{how.query};
  for (const Contact& contact : how.looked_at) positions.insert(contact.token);
  for (const auto& path : how.paths)
    for (const auto& step : path) positions.insert({step.from, step.to});
  for (const std::int64_t position : positions)
    how.places[position] = place_of(behind, answer, position, i.tokenizer, i.runs.workspace(), i.passages);
  return how;
}

}  // namespace corpuscope::explore
