#pragma once
// The two stages of opening a corpus. Each leaves the workspace sound whenever it is interrupted.

#include <filesystem>

#include "explore/open.h"
#include "tokens/tokenizer.h"

namespace corpuscope::explore {

// Files become searchable text; counts go into `result`.
void open_text(workspace::Workspace& workspace, OpenResult& result, core::Job& job);

// Documents without tokens get theirs, and the sequence becomes whole.
void open_tokens(workspace::Workspace& workspace, const tokens::Tokenizer& tokenizer, core::Job& job);

// Tokens of a whole text, made in parts by several threads where it is large. Throws Cancelled once `stop` says so.
std::vector<std::int32_t> encode_text(const tokens::Tokenizer& tokenizer, std::string_view text,
                                      const std::function<bool()>& stop,
                                      const std::function<void(std::int64_t)>& advance);

}  // namespace corpuscope::explore
