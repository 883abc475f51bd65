#pragma once
// What the inspector tells of a token, put together from the workspace and, where it is there, from what was computed
// again. Made on another thread, shown in the window's.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "explore/passages.h"
#include "explore/shares.h"
#include "explore/token_view.h"
#include "pattern/pattern.h"
#include "ui/inspector_expected.h"
#include "ui/sources_model.h"

namespace corpuscope::ui {

// About which token, and how much is known of it.
struct TokenQuestion {
  qint64 token = -1;
  std::optional<workspace::Run> run;
  int layer = -1;                                 // -1: all
  std::shared_ptr<const explore::TokenView> view;  // null: what was stored alone
};

struct TokenFacts {
  qint64 token = -1;
  int id = -1;
  QString text;
  explore::Place place;
  std::optional<double> bits;
  bool exact = false;
  explore::Expectation expectation;  // where exact
  std::vector<ExpectedLine> expected;
  std::vector<SourceLine> sources;
  explore::Shares shares;
  std::vector<pattern::Level> levels;
};
TokenFacts facts_of(const TokenQuestion& question, const workspace::Workspace& workspace, explore::Passages& passages);

// Exactly those among the tokens that were looked at behind it, and from all others what the run kept of its strongest
// weights. `poll` may throw.
struct ReaderFacts {
  std::vector<SourceLine> lines;
  qint64 looked_at = 0;  // so many tokens behind it exactly
};
ReaderFacts readers_of(const TokenQuestion& question, const workspace::Workspace& workspace,
                       explore::Passages& passages, const std::function<void()>& poll);

constexpr int most_contacts = 20;

}  // namespace corpuscope::ui
