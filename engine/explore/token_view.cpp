#include "explore/token_view.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "explore/one_token.h"
#include "explore/run_reader.h"

namespace corpuscope::explore {

using workspace::Edge;

struct TokenReader::Impl {
  RunReader reader;

  std::int64_t cut(std::int64_t token, std::int64_t ahead) const {
    return std::clamp<std::int64_t>(ahead, 0, std::max<std::int64_t>(reader.run().done - token - 1, 0));
  }
};

TokenReader::TokenReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model)
    : impl_(new Impl{{workspace, run, model}}) {}
TokenReader::~TokenReader() = default;

const workspace::Run& TokenReader::run() const { return impl_->reader.run(); }

RereadCost TokenReader::cost(std::int64_t token, std::int64_t ahead) const {
  return impl_->reader.cost(token, token + 1 + impl_->cut(token, ahead));
}

TokenView TokenReader::view(std::int64_t token, std::int64_t ahead, core::Job& job, int most_expected) {
  RunReader& reader = impl_->reader;
  if (token < 0 || token >= reader.run().done)
    throw core::Error("Run " + std::to_string(reader.run().id) + " has not read token " + std::to_string(token) + ".",
                      "It has read " + std::to_string(reader.run().done) + " tokens, counted from 0.");
  TokenView view;
  view.run = reader.run().id;
  view.token = token;
  view.ahead = impl_->cut(token, ahead);
  job.begin("reading again", "tokens", cost(token, ahead).tokens);
  reader.go_to(token, job);
  view.id = reader.workspace().tokens(token, 1).at(0);
  view.expected = expectation(reader.next_logits(), view.id, most_expected);
  view.bits = -std::log2(view.expected.probability);

  OneTokenSinks own(reader.config(), token, true);
  reader.read(1, nullptr, &own, job);
  view.sources = own.take();
  OneTokenSinks others(reader.config(), token, false);
  for (std::int64_t left = view.ahead; left > 0; left -= piece) reader.read(std::min(left, piece), nullptr, &others, job);
  view.readers = others.take();
  return view;
}

}  // namespace corpuscope::explore
