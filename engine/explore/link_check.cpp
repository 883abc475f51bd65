#include "explore/link_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "explore/other_text.h"
#include "explore/run_reader.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

namespace {

constexpr int stand_ins = 2;
constexpr std::int64_t tokens_of_an_edge = 8;

std::uint64_t seed_of(const Link& link) {
  return std::uint64_t(link.first) * 0x9e3779b97f4a7c15u + std::uint64_t(link.target);
}

void require_inside(const workspace::Run& run, const Link& link) {
  const bool inside = link.first >= 0 && link.count > 0 && link.targets > 0 && link.target >= 0 &&
                      link.count <= link.target - link.first && link.targets <= run.done - link.target;
  if (!inside)
    throw core::Error(fmt::format("There is no link from the tokens {} to {} to those from {} on: run {} has read {} tokens.",
                                  link.first, link.first + link.count - 1, link.target, run.id, run.done),
                      "Choose a passage, and behind it a target that was read.");
}

}  // namespace

Link link_of_edge(const workspace::Run& run, std::int64_t key, std::int64_t query) {
  const std::int64_t first = std::max<std::int64_t>(0, key - tokens_of_an_edge + 1);
  return link_of_passage(run, first, key - first + 1, query);
}

Link link_of_passage(const workspace::Run& run, std::int64_t first, std::int64_t count, std::int64_t query) {
  const Link link{first, std::min(count, query + 1 - first), query + 1, 1};
  require_inside(run, link);
  return link;
}

std::vector<Link> links_of_path(const workspace::Run& run, const workspace::FoundPath& path) {
  std::vector<Link> links;
  for (const workspace::PathStep& step : path)
    if (!step.stays()) links.push_back(link_of_edge(run, step.from, step.to));
  return links;
}

struct LinkChecker::Impl {
  Impl(const std::filesystem::path& file, std::int64_t run, const std::filesystem::path& model) : runs(file, run, model) {}

  double bits(const Link& link, std::span<const std::byte> state, std::span<const std::int32_t> passage, core::Job& job);

  RunReader runs;
};

// Of the target, read from the passage's beginning on with `passage` in its place.
double LinkChecker::Impl::bits(const Link& link, std::span<const std::byte> state, std::span<const std::int32_t> passage,
                               core::Job& job) {
  model::Reader reader(runs.decoder());
  if (!state.empty()) reader.load(state);
  const std::int64_t end = link.target + link.targets;
  double sum = 0;
  std::vector<float> each;
  while (reader.position() < end) {
    job.poll();
    const std::int64_t at = reader.position(), count = std::min(runs.step(at), end - at);
    auto tokens = runs.tokens(at, count);
    for (std::int64_t i = at; i < std::min(at + count, link.first + link.count); ++i)
      tokens[std::size_t(i - at)] = passage[std::size_t(i - link.first)];
    each.resize(tokens.size());
    const bool of_target = at + count > link.target;
    reader.append(tokens, of_target ? each.data() : nullptr);
    for (std::int64_t i = std::max(at, link.target); of_target && i < at + count; ++i) sum += double(each[std::size_t(i - at)]);
    job.advance(count);
  }
  return sum;
}

LinkChecker::LinkChecker(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model)
    : impl_(std::make_unique<Impl>(workspace, run, model)) {}
LinkChecker::~LinkChecker() = default;

RereadCost LinkChecker::cost(const Link& link) const {
  const RunReader& runs = impl_->runs;
  require_inside(runs.run(), link);
  RereadCost cost = runs.cost(link.first, link.first);
  const RereadCost once = runs.cost_between(link.first, link.target + link.targets);
  cost.tokens += (1 + stand_ins) * once.tokens;
  cost.seconds += (1 + stand_ins) * once.seconds;
  return cost;
}

LinkCheck LinkChecker::check(const Link& link, core::Job& job) {
  RunReader& runs = impl_->runs;
  require_inside(runs.run(), link);
  if (const auto known = runs.workspace().link_check(runs.run().id, link)) return *known;
  job.begin("reading again without a passage", "tokens", cost(link).tokens);
  runs.go_to(link.first, job);
  const auto state = link.first > 0 ? runs.state() : std::vector<std::byte>();
  LinkCheck found;
  found.bits = impl_->bits(link, state, runs.tokens(link.first, link.count), job);
  OtherText other(runs.workspace(), runs.run().done, seed_of(link));
  double least = 0, most = 0;
  for (int i = 0; i < stand_ins; ++i) {
    const auto text = other.draw(link.count, {link.first, link.target + link.targets - link.first});
    const double without = impl_->bits(link, state, text, job);
    found.bits_without += without / stand_ins;
    least = i == 0 ? without : std::min(least, without);
    most = i == 0 ? without : std::max(most, without);
  }
  found.spread = (most - least) / 2;
  runs.workspace().writer().put_link_check(runs.run().id, {link, found});
  return found;
}

}  // namespace corpuscope::explore
