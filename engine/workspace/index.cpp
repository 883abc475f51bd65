#include "workspace/index.h"

#include "workspace/headings.h"
#include "workspace/search_rows.h"
#include "workspace/text_blocks.h"

namespace corpuscope::workspace {
namespace {

void tell(Query& index, std::int64_t block, const std::string& name, std::string_view text) {
  std::size_t row = 0;
  for (const TextRow& part : text_rows(text)) {
    const std::string passage(text.substr(part.first, part.bytes));
    const std::string heads = headings(passage);
    index.bind_all(row_id(block, row++), name, passage, identifier_parts(passage), heads + identifier_parts(heads)).run();
    index.again();
  }
}

}  // namespace

void index_block(Database& db, std::int64_t block, const std::string& name, std::string_view text) {
  Query index = db.query("INSERT INTO words (rowid, name, text, parts, headings) VALUES (?, ?, ?, ?, ?)");
  tell(index, block, name, text);
}

void forget_block(Database& db, std::int64_t block, const std::string& name, std::string_view text) {
  Query forget = db.query("INSERT INTO words (words, rowid, name, text, parts, headings) VALUES ('delete', ?, ?, ?, ?, ?)");
  tell(forget, block, name, text);
}

void index_all_blocks(Database& db) {
  Query blocks = db.query(
      "SELECT text_blocks.id, name, bytes, data FROM text_blocks JOIN documents ON documents.id = document "
      "ORDER BY text_blocks.id");
  while (blocks.next()) {
    const auto text = unpack_text(blocks.blob(3), blocks.integer(2));
    if (!text) db.fail_damaged("the text of " + blocks.text(1));
    index_block(db, blocks.integer(0), blocks.text(1), *text);
  }
}

}  // namespace corpuscope::workspace
