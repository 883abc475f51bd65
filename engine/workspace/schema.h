#pragma once
// The tables of a workspace and how older files become current ones.

#include "workspace/database.h"

namespace corpuscope::workspace {

// Brings a new or older file to the current version. Throws core::Error where the file belongs to another program or
// was written by a newer version of this one.
void prepare_schema(Database& database, bool create);

}  // namespace corpuscope::workspace
