#include "workspace/anchors.h"

#include "workspace/impl.h"

namespace corpuscope::workspace {

std::vector<Anchor> Workspace::anchors(std::int64_t document) const {
  std::vector<Anchor> all;
  Query query = impl_->db.query("SELECT offset, name, page FROM anchors WHERE document = ? ORDER BY offset, number");
  query.bind_all(document);
  while (query.next()) all.push_back({query.integer(0), query.text(1), query.integer(2) != 0});
  return all;
}

void Workspace::Writer::put_anchors(std::int64_t document, std::span<const Anchor> anchors) {
  impl_.write([&] {
    Database& db = impl_.db;
    db.query("DELETE FROM anchors WHERE document = ?").bind_all(document).run();
    Query put = db.query("INSERT INTO anchors (document, page, offset, number, name) VALUES (?, ?, ?, ?, ?)");
    std::int64_t number = 0;
    for (const Anchor& anchor : anchors) {
      put.bind_all(document, std::int64_t(anchor.is_page), anchor.offset, number++, anchor.name).run();
      put.again();
    }
  });
}

}  // namespace corpuscope::workspace
