#pragma once
// A checkpoint becomes a model folder of ours: config.json, model.safetensors with the weights in the form that they
// will be used in, tokenizer.model. That happens once; afterwards the weights are mapped as they lie there.

#include <filesystem>
#include <string>

#include "core/job.h"
#include "model/checkpoint.h"
#include "model/weights.h"

namespace corpuscope::model {

// Bytes of the weights of such a decoder, and of the file that holds them but for its header.
std::int64_t weight_bytes(const Config& config, WeightForm form);

// Writes the folder `target`, which must not be there: it appears whole or not at all. Never more than some rows of one
// weight are in memory. Throws core::Error where the checkpoint is damaged, its tokenizer cannot be used, or the disk is
// full.
void import_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& target, WeightForm form,
                       core::Job& job);

}  // namespace corpuscope::model
