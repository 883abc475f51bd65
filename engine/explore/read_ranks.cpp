#include "explore/read_ranks.h"

#include <fmt/format.h>

#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include "core/error.h"
#include "explore/read_state.h"
#include "parallel/bytes.h"

namespace corpuscope::explore {

namespace {

enum class What : std::int32_t { set_up, load, read, save, put_away, leave };

// What is to be done, with the numbers of a set-up; behind it come its config, a state, or tokens.
struct Order {
  What what = What::leave;
  std::int32_t tile_size = 0, each_head = 0, edges = 0;
  std::int64_t length = 0;
  std::uint64_t fingerprint = 0;
};

void give(parallel::Collective& ranks, const Order& order, std::span<const std::byte> content = {}) {
  if (ranks.size() == 1) return;
  const auto head = std::as_bytes(std::span(&order, 1));
  std::vector<std::byte> message(head.begin(), head.end());
  message.insert(message.end(), content.begin(), content.end());
  parallel::broadcast(ranks, std::move(message));
}

class Follower {
 public:
  Follower(parallel::Collective& ranks, const std::filesystem::path& folder, const ReadDevice& device)
      : ranks_(ranks), folder_(folder), device_(device) {}

  // False: that was all.
  bool obey() {
    const std::vector<std::byte> message = parallel::broadcast(ranks_, {});
    Order order;
    std::memcpy(&order, message.data(), sizeof order);
    const auto content = std::span(message).subspan(sizeof order);
    switch (order.what) {
      case What::set_up: set_up(order, content); break;
      case What::load: load_read_state(content, *inspection_, *reader_); break;
      case What::read: read(content); break;
      case What::save: save_read_state(model_->fingerprint, *inspection_, *reader_); break;
      case What::put_away:
        put_away();
        break;
      case What::leave: return false;
    }
    return true;
  }

 private:
  void put_away() {
    reader_.reset();
    inspection_.reset();
  }

  void set_up(const Order& order, std::span<const std::byte> content) {
    put_away();
    const std::string text(reinterpret_cast<const char*>(content.data()), content.size());
    model_.emplace(load_read_model(folder_, text));
    if (model_->fingerprint != order.fingerprint)
      throw core::Error(fmt::format("The model {} is not the one that the first rank reads with.", model_->name),
                        "Give all ranks the same model folder.");
    const model::Config& config = model_->decoder.config();
    const InspectionSettings settings{config.attention, config.layers,        config.heads, order.length,
                                      order.tile_size,  order.each_head != 0, order.edges};
    inspection_.emplace(settings, ranks_);
    reader_.emplace(make_reader(model_->decoder, ranks_, device_, settings));
  }

  void read(std::span<const std::byte> content) {
    std::vector<std::int32_t> tokens(content.size() / sizeof(std::int32_t));
    std::memcpy(tokens.data(), content.data(), content.size());
    std::vector<float> bits(tokens.size());
    inspection_->begin(reader_->position(), std::int64_t(tokens.size()));
    reader_->append(tokens, bits.data(), &*inspection_);
    inspection_->end();
  }

  parallel::Collective& ranks_;
  const std::filesystem::path folder_;
  const ReadDevice device_;
  std::optional<ReadModel> model_;
  std::optional<Inspection> inspection_;
  std::optional<model::Reader> reader_;
};

}  // namespace

RankedReader::RankedReader(parallel::Collective& ranks, const ReadModel& model, const InspectionSettings& settings,
                           const ReadDevice& device)
    : ranks_(ranks),
      exceptions_(std::uncaught_exceptions()),
      fingerprint_(model.fingerprint),
      inspection_(settings, ranks),
      reader_(set_up(model, device)) {}

// GPUs are connected by all ranks at once, and parted so.
model::Reader RankedReader::set_up(const ReadModel& model, const ReadDevice& device) const {
  const InspectionSettings& wanted = settings();
  give(ranks_, {What::set_up, wanted.tile_size, wanted.each_head, wanted.edges, wanted.length, model.fingerprint},
       std::as_bytes(std::span(model.config)));
  return make_reader(model.decoder, ranks_, device, wanted);
}

RankedReader::~RankedReader() {
  if (std::uncaught_exceptions() > exceptions_) return;  // which ends the other ranks
  try {
    give(ranks_, {.what = What::put_away});
  } catch (...) {  // another rank failed, as the next order will show
  }
}

Findings RankedReader::read(std::span<const std::int32_t> tokens, float* surprisal_bits, model::LayerSinks& sinks) {
  give(ranks_, {.what = What::read}, std::as_bytes(tokens));
  inspection_.begin(reader_.position(), std::int64_t(tokens.size()));
  reader_.append(tokens, surprisal_bits, &sinks);
  return inspection_.end();
}

std::vector<std::byte> RankedReader::save() const {
  give(ranks_, {.what = What::save});
  return save_read_state(fingerprint_, inspection_, reader_);
}

void RankedReader::load(std::span<const std::byte> state) {
  give(ranks_, {.what = What::load}, state);
  load_read_state(state, inspection_, reader_);
}

void follow(parallel::Collective& ranks, const std::filesystem::path& model, const ReadDevice& device) {
  Follower follower(ranks, model, device);
  while (follower.obey()) {
  }
}

void dismiss(parallel::Collective& ranks) { give(ranks, {.what = What::leave}); }

}  // namespace corpuscope::explore
