#include "explore/strongest_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "explore/path_walk.h"
#include "model/config.h"

namespace corpuscope::explore {

namespace {

// A way from a state on to the target.
struct Way {
  double strength = 0;  // without the halves
  std::int64_t token = 0;
  workspace::PathStep step;  // with which it goes on
  int next = -1;             // of the layer behind
};

// Walks back from the target. Of each state the strongest `most` ways are kept, and the states with the strongest ways.
class BackwardBeam {
 public:
  BackwardBeam(const workspace::Workspace& workspace, const workspace::Run& run, const PathQuestion& question, int beam)
      : workspace_(workspace), run_(run), question_(question), beam_(std::size_t(std::max(beam, 1))) {
    ways_.resize(std::size_t(run.layers + 1));
    ways_.back().push_back({1, question.target, {}, -1});
  }

  std::vector<workspace::FoundPath> paths() {
    for (int layer = run_.layers - 1; layer >= 0; --layer) step_back(layer);
    std::vector<workspace::FoundPath> found;
    for (int i = 0; i < int(ways_[0].size()) && int(found.size()) < question_.most; ++i)
      if (in_source(ways_[0][std::size_t(i)].token)) found.push_back(path_of(i));
    return found;
  }

 private:
  bool in_source(std::int64_t token) const {
    return token >= question_.first && token - question_.first < question_.count;
  }

  void step_back(int layer) {
    const auto& behind = ways_[std::size_t(layer + 1)];
    std::map<std::int64_t, std::vector<workspace::Edge>> edges;
    std::vector<Way> all;
    for (int i = 0; i < int(behind.size()); ++i) {
      const Way& way = behind[std::size_t(i)];
      const auto [known, fresh] = edges.try_emplace(way.token);
      if (fresh) known->second = workspace_.edges_into(run_.id, layer, way.token);
      all.push_back({way.strength, way.token, {way.token, way.token, layer, -1, -1, 1}, i});
      for (const workspace::Edge& edge : known->second)
        if (edge.key >= question_.first && edge.weight > 0)  // what comes before the source does not lead to it
          all.push_back({way.strength * double(edge.weight) / run_.heads, edge.key,
                         {edge.key, way.token, layer, edge.level, edge.head, edge.weight}, i});
    }
    keep_strongest(layer, all);
  }

  void keep_strongest(int layer, std::vector<Way>& all) {
    std::ranges::stable_sort(all, std::greater{}, &Way::strength);
    std::map<std::int64_t, int> kept;  // ways of each token
    for (const Way& way : all) {
      const auto place = kept.find(way.token);
      if (place == kept.end() && kept.size() >= beam_) continue;
      if (place != kept.end() && place->second >= question_.most) continue;
      ++kept[way.token];
      ways_[std::size_t(layer)].push_back(way);
    }
  }

  workspace::FoundPath path_of(int i) const {
    workspace::FoundPath path;
    for (int layer = 0; layer < run_.layers; ++layer) {
      const Way& way = ways_[std::size_t(layer)][std::size_t(i)];
      path.push_back(way.step);
      i = way.next;
    }
    return path;
  }

  const workspace::Workspace& workspace_;
  const workspace::Run& run_;
  const PathQuestion& question_;
  const std::size_t beam_;
  std::vector<std::vector<Way>> ways_;  // by layer of the state, strongest first
};

workspace::Run check(const workspace::Workspace& workspace, const PathQuestion& question) {
  const workspace::Run run = require_run(workspace, question.run);
  check_passage(run, question.first, question.count);
  check_passage(run, question.target, 1);
  if (question.most < 1 || question.most > 1000)
    throw core::Error(fmt::format("{} paths cannot be found.", question.most), "Ask for 1 to 1000.");
  return run;
}

PathWalkSettings walk_settings(const workspace::Run& run, const PathQuestion& question) {
  return {model::parse_config(run.config).attention, run.layers, run.heads, question.first, question.count,
          question.target, question.most};
}

}  // namespace

workspace::Run require_run(const workspace::Workspace& workspace, std::int64_t id) {
  const auto run = workspace.run(id);
  if (run) return *run;
  throw core::Error(fmt::format("There is no run {} in {}.", id, workspace.file().string()),
                    "\"corpuscope info\" lists the runs.");
}

void check_passage(const workspace::Run& run, std::int64_t first, std::int64_t count) {
  if (first >= 0 && first < run.tokens && count >= 1 && count <= run.tokens - first) return;
  throw core::Error(count == 1 ? fmt::format("token {} lies outside the sequence", first)
                               : fmt::format("the {} tokens from {} on lie outside the sequence", count, first),
                    fmt::format("Choose from 0 to {}.", run.tokens - 1));
}

std::vector<workspace::FoundPath> stored_paths(const workspace::Workspace& workspace, const PathQuestion& question,
                                               int beam) {
  const workspace::Run run = check(workspace, question);
  if (question.first > question.target) return {};
  return BackwardBeam(workspace, run, question, beam).paths();
}

RereadCost strongest_paths_cost(const workspace::Run& run, const PathQuestion& question) {
  if (question.first > question.target) return {};
  const std::int64_t tokens = question.target + 1;
  return {tokens, reread_seconds(run, tokens), path_walk_bytes(walk_settings(run, question))};
}

std::vector<workspace::FoundPath> strongest_paths(const std::filesystem::path& file, const PathQuestion& question,
                                                  core::Job& job) {
  const workspace::Run run = check(workspace::Workspace::open(file), question);
  if (question.first > question.target) return {};
  if (question.target - question.first >= std::int64_t(1) << 32)
    throw core::Error("The passage and the token lie too far apart to read everything between them again.",
                      "Choose them less than 4,294,967,296 tokens apart.");
  check_memory(strongest_paths_cost(run, question), "Ask for fewer paths, or for places nearer to each other.");
  PathWalk walk(walk_settings(run, question));
  reread(file, run, question.model, question.target + 1, walk, job);
  return walk.paths();
}

}  // namespace corpuscope::explore
