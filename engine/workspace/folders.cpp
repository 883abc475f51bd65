// The folders of a workspace, and what of them a person does not want.

#include "workspace/folders.h"

#include "workspace/impl.h"
#include "workspace/index.h"
#include "workspace/text_blocks.h"

namespace corpuscope::workspace {
namespace {

void index_under(Database& db, std::int64_t document, const std::string& before, const std::string& name) {
  Query blocks = db.query("SELECT id, bytes, data FROM text_blocks WHERE document = ?");
  blocks.bind_all(document);
  while (blocks.next()) {
    const auto text = unpack_text(blocks.blob(2), blocks.integer(1));
    if (!text) db.fail_damaged("the text of " + before);
    forget_block(db, blocks.integer(0), before, *text);
    index_block(db, blocks.integer(0), name, *text);
  }
}

}  // namespace

std::vector<Folder> Workspace::folders() const {
  std::vector<Folder> all;
  Query query = impl_->db.query("SELECT path, name FROM folders ORDER BY place");
  while (query.next()) all.push_back({query.text(0), query.text(1)});
  return all;
}

std::string Workspace::corpus_folder() const {
  const auto all = folders();
  return all.empty() ? std::string() : all.front().path;
}

std::vector<std::string> Workspace::exclusions() const {
  std::vector<std::string> all;
  Query query = impl_->db.query("SELECT pattern FROM exclusions ORDER BY place");
  while (query.next()) all.push_back(query.text(0));
  return all;
}

void Workspace::Writer::set_folders(const std::vector<Folder>& folders) {
  impl_.write([&] {
    impl_.db.query("DELETE FROM folders").run();
    Query put = impl_.db.query("INSERT INTO folders (path, name) VALUES (?, ?)");
    for (const Folder& folder : folders) {
      put.bind_all(folder.path, folder.name).run();
      put.again();
    }
  });
}

void Workspace::Writer::set_exclusions(const std::vector<std::string>& patterns) {
  impl_.write([&] {
    impl_.db.query("DELETE FROM exclusions").run();
    Query put = impl_.db.query("INSERT INTO exclusions (pattern) VALUES (?)");
    for (const std::string& pattern : patterns) {
      put.bind_all(pattern).run();
      put.again();
    }
  });
}

void Workspace::Writer::rename_document(std::int64_t id, const std::string& name) {
  impl_.write([&] {
    Database& db = impl_.db;
    std::string before;
    {
      Query query = db.query("SELECT name FROM documents WHERE id = ?");
      query.bind_all(id);
      if (!query.next()) return;
      before = query.text(0);
    }
    index_under(db, id, before, name);
    db.query("UPDATE documents SET name = ? WHERE id = ?").bind_all(name, id).run();
    db.query("UPDATE bookmarks SET document = ? WHERE document = ?").bind_all(name, before).run();
    impl_.invalidate_sequence();
  });
}

}  // namespace corpuscope::workspace
