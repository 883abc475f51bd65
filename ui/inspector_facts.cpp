#include "ui/inspector_facts.h"

#include <QCoreApplication>
#include <algorithm>

#include "explore/link_check.h"
#include "ui/names.h"
#include "ui/tile_source.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int bytes_around = 80;  // of a token's line

explore::Attended attended(const TokenQuestion& question) {
  return {question.run->layers, question.run->heads, question.run->levels, question.layer};
}

TextAround text_around(explore::Passages& passages, const explore::Place& place) {
  if (place.length == 0) return {{}, QCoreApplication::translate("Inspector", "end of the document"), {}};
  const auto line = passages.concordance({place.document, place.offset, place.length, 0}, bytes_around);
  const QString hit = to_text(line.hit);
  return {to_text(line.before), hit.trimmed().isEmpty() ? visible(hit) : hit, to_text(line.after)};
}

SourceLine line_of(const explore::Contact& contact, bool reader, bool stored, explore::Passages& passages) {
  const auto place = passages.place(contact.token);
  return {contact.strongest, text_around(passages, place),
          QStringLiteral("%1:%2").arg(to_text(place.name)).arg(place.line) + to_text(behind_line(place)), contact.share, reader, stored};
}

// What the line claims, and what a check of that found. The last token that was read has nothing behind it.
void add_check(SourceLine& line, const workspace::Run& run, const workspace::Workspace& workspace) {
  if (line.edge.query + 1 >= run.done) return;
  line.link = explore::link_of_edge(run, line.edge.key, line.edge.query);
  line.check = workspace.link_check(run.id, *line.link);
}

void expect(const TokenQuestion& question, explore::Passages& passages, TokenFacts& facts) {
  facts.expectation = question.view->expected;
  qint64 rank = 0;
  bool seen = false;
  for (const auto& next : facts.expectation.most_probable) {
    const bool actual = next.id == question.view->id;
    seen |= actual;
    facts.expected.push_back({token_label(passages.piece_text(next.id)), next.probability, actual, ++rank});
  }
  if (!seen) facts.expected.push_back({facts.text, facts.expectation.probability, true, facts.expectation.rank + 1});
}

}  // namespace

TokenFacts facts_of(const TokenQuestion& question, const workspace::Workspace& workspace,
                    explore::Passages& passages) {
  TokenFacts facts;
  facts.token = question.token;
  const auto ids = workspace.tokens(question.token, 1);
  if (!ids.empty()) facts.id = ids.front();
  facts.text = token_label(passages.token_text(question.token));
  facts.place = passages.place(question.token);
  if (!question.run) return facts;
  if (const auto geometry = geometry_of(question.run->config)) facts.levels = geometry->pattern.levels;
  if (const auto bits = workspace.surprisal(question.run->id, question.token, 1); !bits.empty()) facts.bits = bits.front();
  facts.exact = question.view != nullptr;
  if (facts.exact) expect(question, passages, facts);
  const auto stored = facts.exact ? std::vector<workspace::Edge>()
                                  : workspace.edges_into(question.run->id, question.layer, question.token);
  const auto& edges = facts.exact ? question.view->sources : stored;
  facts.shares = explore::shares(edges, attended(question));
  for (const auto& contact : explore::contacts(edges, explore::End::keys, attended(question))) {
    if (facts.sources.size() == most_contacts) break;
    facts.sources.push_back(line_of(contact, false, !facts.exact, passages));
    add_check(facts.sources.back(), *question.run, workspace);
  }
  return facts;
}

ReaderFacts readers_of(const TokenQuestion& question, const workspace::Workspace& workspace,
                       explore::Passages& passages, const std::function<void()>& poll) {
  ReaderFacts facts;
  if (!question.run) return facts;
  std::vector<std::pair<explore::Contact, bool>> all;  // and whether it is from the store
  qint64 known = question.token;                       // up to here exactly
  if (question.view) {
    facts.looked_at = question.view->ahead;
    known = question.token + facts.looked_at;
    for (const auto& contact : explore::contacts(question.view->readers, explore::End::queries, attended(question)))
      all.emplace_back(contact, false);
  }
  constexpr int most_edges = 4096;
  auto edges = workspace.edges_from(question.run->id, question.layer, question.token, most_edges, poll);
  std::erase_if(edges, [&](const workspace::Edge& edge) { return edge.query <= known; });
  for (const auto& contact : explore::contacts(edges, explore::End::queries, attended(question)))
    all.emplace_back(contact, true);
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.first.share > b.first.share; });
  for (const auto& [contact, stored] : all) {
    if (facts.lines.size() == most_contacts) break;
    facts.lines.push_back(line_of(contact, true, stored, passages));
    add_check(facts.lines.back(), *question.run, workspace);
  }
  return facts;
}

}  // namespace corpuscope::ui
