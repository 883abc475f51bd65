#pragma once
// Whether what is asked of a GPU fits, before it is begun.

#include <cstdint>
#include <string>

namespace corpuscope::model::cuda {

// "12.3 MB", "4.56 GB"
std::string megabytes(std::int64_t bytes);

// Throws core::Error where `needed` bytes are more than the thread's GPU has free: "<what> needs 12 GB on the GPU
// (<parts>), and 8 GB of 16 GB are free."
void check_room(const std::string& what, std::int64_t needed, const std::string& parts, const std::string& remedy);

}  // namespace corpuscope::model::cuda
