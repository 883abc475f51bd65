#include "ui/sequence_tracks.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "pattern/reach.h"

namespace corpuscope::ui {
namespace {

constexpr double least_received = 0.01, most_received = 1000;

QString tr(const char* text) { return QCoreApplication::translate("Sequence", text); }

TrackChoice surprise(const workspace::Run& run, bool dark) {
  TrackChoice choice;
  choice.menu = tr("Surprise");
  choice.unit = tr("bits");
  choice.row = {surprise_key, tr("Surprise"), tr("0 – %1 bits").arg(most_bits), surprise_color(dark), 0, most_bits, false, {}};
  choice.values = [id = run.id](const workspace::Workspace& workspace, std::int64_t first, std::int64_t count,
                                int bins) { return workspace.surprisal_bins(id, first, count, bins); };
  choice.fit = [](TrackRow& row) {
    double most = most_bits;
    for (const workspace::Bin& bin : row.values.bins) most = std::max(most, double(bin.maximum));
    constexpr double step = 4;
    row.high = std::ceil(most / step) * step;
    row.range = tr("0 – %1 bits").arg(row.high);
  };
  return choice;
}

TrackChoice received(const workspace::Run& run, int layer, bool dark) {
  TrackChoice choice;
  choice.menu = tr("Attention received, layer %1").arg(layer + 1);
  choice.unit = tr("tokens' whole attention");
  choice.row = {received_key(layer), tr("Attention in"), tr("layer %1, log").arg(layer + 1), theme(dark).received,
                least_received, most_received, true, {}};
  choice.values = [id = run.id, layer](const workspace::Workspace& workspace, std::int64_t first,
                                       std::int64_t count, int bins) {
    return workspace.received_bins(id, layer, first, count, bins);
  };
  return choice;
}

// Means add up; of minima and maxima the sum over the layers is not known, so the least and the most of any are told.
TrackChoice received_by_all(const workspace::Run& run, bool dark) {
  TrackChoice choice = received(run, 0, dark);
  choice.row.key = received_key(-1);
  choice.menu = tr("Attention received, mean of the layers");
  choice.row.range = tr("all layers, log");
  choice.values = [id = run.id, layers = run.layers](const workspace::Workspace& workspace, std::int64_t first,
                                                     std::int64_t count, int bins) {
    std::vector<workspace::Bin> all = workspace.received_bins(id, 0, first, count, bins);
    for (int layer = 1; layer < layers; ++layer) {
      const auto of_layer = workspace.received_bins(id, layer, first, count, bins);
      for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].minimum = std::min(all[i].minimum, of_layer[i].minimum);
        all[i].maximum = std::max(all[i].maximum, of_layer[i].maximum);
        all[i].mean += of_layer[i].mean;
      }
    }
    for (workspace::Bin& bin : all) bin.mean /= float(layers);
    return all;
  };
  return choice;
}

}  // namespace

std::vector<TrackChoice> stored_choices(const workspace::Workspace& workspace, const workspace::Run& run, bool dark) {
  std::vector<TrackChoice> all;
  const double even = 1 / double(std::max<std::int64_t>(run.tokens, 1));  // of every token, if all held as much
  for (const auto& rollout : workspace.rollouts(run.id)) {
    TrackChoice choice;
    choice.menu = tr("Rollout: %1").arg(QString::fromStdString(rollout.name));
    choice.unit = tr("of what a token holds");
    choice.row = {QStringLiteral("rollout %1").arg(rollout.id), QString::fromStdString(rollout.name), tr("share, log"),
                  level_color(1, dark), 0.1 * even, 1, true, {}};
    choice.values = [id = rollout.id](const workspace::Workspace& from, std::int64_t first, std::int64_t count,
                                      int bins) { return from.rollout_bins(id, first, count, bins); };
    all.push_back(std::move(choice));
  }
  return all;
}

QString received_key(int layer) {
  return layer < 0 ? QStringLiteral("received") : QStringLiteral("received %1").arg(layer + 1);
}

std::vector<TrackChoice> track_choices(const workspace::Run& run, bool dark) {
  std::vector<TrackChoice> all{surprise(run, dark)};
  for (int layer = 0; layer < run.layers; ++layer) all.push_back(received(run, layer, dark));
  if (run.layers > 1) all.push_back(received_by_all(run, dark));
  return all;
}

BlindSpots blind_spots(const pattern::Pattern& pattern, int heads, std::int64_t length, std::int64_t token) {
  constexpr std::int64_t window = 65536;
  if (!pattern.causal || token < 0 || token >= length) return {};
  BlindSpots found;
  found.window = std::min(window, token);
  found.spans = pattern::unreached(pattern, heads, length, token, found.window);
  const auto past = pattern::reach(pattern, heads, length, token, pattern::Side::past);
  if (past.others > 0) found.share = double(past.unreachable()) / double(past.others);
  return found;
}

}  // namespace corpuscope::ui
