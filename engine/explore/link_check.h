#pragma once
// Check it: whether a passage really matters to what the model expects further on. The passage is masked and the model
// reads again; what that changes at the target, in bits, is the answer.
//
// Masked means: every token of the passage is replaced by one of other text of the corpus (other_text.h), before the
// first layer, so that nothing of it gets through any layer. All else stays, positions included. As it matters a little
// which text stands in, two are tried: `bits_without` is their mean, and a link is confirmed where it saves more bits
// than half the difference between the two (workspace::LinkCheck). Both readings, with and without, are made here by
// the same steps: passages that no layer can see from the target change nothing at all.
//
// Used for the sources that a token looked at, for hops of paths and for echoes. The passages of an answer stand in its
// prompt, and are left out there instead: Asker::check.

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/job.h"
#include "explore/reread_cost.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

using workspace::Link;
using workspace::LinkCheck;

// Of an edge of attention: a token looks at another to expect the NEXT one. So the target is the token behind the
// query; and what lies at the key gathers what was just before it, so the passage is the key's token and up to 7 before
// it. Throws core::Error where nothing was read behind the query.
Link link_of_edge(const workspace::Run& run, std::int64_t key, std::int64_t query);

// Of a passage whose text a token may hold by any path: the target is again the token behind it.
Link link_of_passage(const workspace::Run& run, std::int64_t first, std::int64_t count, std::int64_t query);

// Of each step of a path that does not stay.
std::vector<Link> links_of_path(const workspace::Run& run, const workspace::FoundPath& path);

// Keeps the model and states from check to check. One thread at a time.
class LinkChecker {
 public:
  // `model` empty: the folder of that name in resources/models. Throws core::Error where there is no such run, or the
  // model is not the very one that made it.
  LinkChecker(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model = {});
  ~LinkChecker();

  // Reads from the passage to the target three times, and before that up to the passage from the nearest state kept.
  RereadCost cost(const Link& link) const;

  // Keeps what it finds in the workspace (Workspace::link_check); a link that was checked before is not checked again.
  // Throws core::Error where the link does not fit the run, core::Cancelled when the job is.
  LinkCheck check(const Link& link, core::Job& job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::explore
