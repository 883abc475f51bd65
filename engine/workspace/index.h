#pragma once
// What the search index is told of a block of text. It holds no text of its own, so that it must be told the same
// again to forget it.

#include <string>
#include <string_view>

#include "workspace/database.h"

namespace corpuscope::workspace {

void index_block(Database& db, std::int64_t block, const std::string& name, std::string_view text);
void forget_block(Database& db, std::int64_t block, const std::string& name, std::string_view text);

// For an index that holds nothing yet: all blocks of the file.
void index_all_blocks(Database& db);

}  // namespace corpuscope::workspace
