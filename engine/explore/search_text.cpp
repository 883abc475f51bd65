#include "explore/search_text.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/passages.h"
#include "text/utf8.h"

namespace corpuscope::explore {
namespace {

std::int64_t half_of_memory() {
  return std::int64_t(sysconf(_SC_PHYS_PAGES)) / 2 * std::int64_t(sysconf(_SC_PAGESIZE));
}

// Pages that read as zero until they are written.
class Mapping {
 public:
  Mapping(std::int64_t bytes, bool in_file) : bytes_(std::size_t(std::max<std::int64_t>(bytes, 1))) {
    void* place = MAP_FAILED;
    if (in_file) {
      const auto folder = std::filesystem::temp_directory_path();
      const int file = ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
      // Room is claimed now: a full disk is an error here, and would be a crash on the first write.
      const bool room = file >= 0 && posix_fallocate(file, 0, off_t(bytes_)) == 0;
      if (room) place = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (file >= 0) ::close(file);
      if (!room)
        throw core::Error("The text of the corpus finds no room in " + folder.string() + ".",
                          "Free " + std::to_string(bytes_ >> 20) + " MB there, or set TMPDIR to another folder.");
    } else {
      place = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    if (place == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<char*>(place);
  }
  ~Mapping() { munmap(data_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  char* data() const { return data_; }

 private:
  std::size_t bytes_;
  char* data_ = nullptr;
};

bool same_texts(const std::vector<workspace::Document>& a, const std::vector<workspace::Document>& b) {
  const auto same = [](const workspace::Document& x, const workspace::Document& y) {
    return x.id == y.id && x.hash == y.hash && x.text_bytes == y.text_bytes && x.first_token == y.first_token &&
           x.name == y.name;
  };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same);
}

}  // namespace

struct CorpusText::Impl {
  Impl(const std::filesystem::path& workspace_file, std::int64_t most_memory) : file(workspace_file) {
    auto workspace = std::make_unique<workspace::Workspace>(workspace::Workspace::open(file));
    documents = workspace->documents();
    idle.push_back(std::move(workspace));
    for (const auto& document : documents) {
      places[document.id] = starts.size();
      starts.push_back(total);
      total += document.text_bytes;
    }
    if (most_memory < 0) most_memory = half_of_memory();
    buffer = std::make_unique<Mapping>(total, total > most_memory);
    there = std::make_unique<std::atomic<bool>[]>(documents.size());
    filling = std::make_unique<std::mutex[]>(documents.size());
  }

  // A connection serves one thread at a time.
  std::unique_ptr<workspace::Workspace> borrow() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        auto last = std::move(idle.back());
        idle.pop_back();
        return last;
      }
    }
    return std::make_unique<workspace::Workspace>(workspace::Workspace::open(file));
  }

  void give_back(std::unique_ptr<workspace::Workspace> connection) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(connection));
  }

  void fill(std::size_t index) {
    const auto& document = documents[index];
    auto connection = borrow();
    const std::string text = connection->text(document.id);
    give_back(std::move(connection));
    if (std::int64_t(text.size()) != document.text_bytes)
      throw core::Error("The document " + document.name + " was changed while it was searched.", "Search again.");
    // What scans the text relies on this; only a file made by hand can break it.
    if (!text::is_utf8(text))
      throw core::Error("The text of " + document.name + " in " + file.string() + " is damaged.",
                        "Make the workspace anew from the corpus folder.");
    std::memcpy(buffer->data() + starts[index], text.data(), text.size());
  }

  const std::filesystem::path file;
  std::vector<workspace::Document> documents;
  std::vector<std::int64_t> starts;
  std::unordered_map<std::int64_t, std::size_t> places;  // by id
  std::int64_t total = 0;
  std::unique_ptr<Mapping> buffer;
  std::unique_ptr<std::atomic<bool>[]> there;
  std::unique_ptr<std::mutex[]> filling;
  std::mutex mutex;
  std::vector<std::unique_ptr<workspace::Workspace>> idle;
};

CorpusText::CorpusText(const std::filesystem::path& workspace, std::int64_t most_memory)
    : impl_(std::make_shared<Impl>(workspace, most_memory)), documents_(impl_->documents), bytes_(impl_->total) {}
CorpusText::CorpusText(std::shared_ptr<Impl> impl, std::vector<workspace::Document> documents)
    : impl_(std::move(impl)), documents_(std::move(documents)), cut_(true) {
  for (const auto& document : documents_) bytes_ += document.text_bytes;
}
CorpusText::~CorpusText() = default;

std::shared_ptr<const CorpusText> CorpusText::before(std::int64_t tokens) const {
  std::vector<workspace::Document> known;
  std::optional<Place> end;
  ask([&](const workspace::Workspace& workspace) {
    if (tokens > 0) end = Passages(workspace).place(std::min(tokens, workspace.summary().tokens) - 1);
  });
  if (!end) return std::shared_ptr<const CorpusText>(new CorpusText(impl_, std::move(known)));
  const auto last = find(end->document);
  if (!last) throw core::Error("The corpus has changed since it was read.", "Read it again when it is open again.");
  known.assign(documents_.begin(), documents_.begin() + std::ptrdiff_t(*last) + 1);
  // A token may end inside of a character.
  const std::string_view whole = text(*last);
  std::size_t bytes = std::min(std::size_t(end->offset + end->length), whole.size());
  while (bytes > 0 && bytes < whole.size() && (static_cast<unsigned char>(whole[bytes]) & 0xc0) == 0x80) --bytes;
  known.back().text_bytes = std::int64_t(bytes);
  known.back().tokens = std::min(known.back().tokens, tokens - known.back().first_token);
  return std::shared_ptr<const CorpusText>(new CorpusText(impl_, std::move(known)));
}

const std::vector<workspace::Document>& CorpusText::documents() const { return documents_; }
std::int64_t CorpusText::bytes() const { return bytes_; }

std::int64_t CorpusText::start(std::size_t document) const { return impl_->starts[document]; }

std::optional<std::size_t> CorpusText::find(std::int64_t id) const {
  const auto found = impl_->places.find(id);
  if (found == impl_->places.end() || found->second >= documents_.size()) return std::nullopt;
  return found->second;
}

std::string_view CorpusText::text(std::size_t document) const {
  if (!impl_->there[document].load(std::memory_order_acquire)) {
    const std::lock_guard lock(impl_->filling[document]);
    if (!impl_->there[document].load(std::memory_order_relaxed)) {
      impl_->fill(document);
      impl_->there[document].store(true, std::memory_order_release);
    }
  }
  return {impl_->buffer->data() + impl_->starts[document], std::size_t(documents_[document].text_bytes)};
}

void CorpusText::load(core::Job& job) const {
  job.begin("loading the text", "bytes", bytes());
  core::parallel_for(std::int64_t(documents().size()), [&](std::int64_t i) {
    job.poll();
    job.advance(std::int64_t(text(std::size_t(i)).size()));
  });
}

void CorpusText::ask(const std::function<void(const workspace::Workspace&)>& question) const {
  auto connection = impl_->borrow();
  question(*connection);
  impl_->give_back(std::move(connection));
}

bool CorpusText::current() const {
  bool same = false;
  ask([&](const workspace::Workspace& workspace) { same = same_texts(workspace.documents(), impl_->documents); });
  return same;
}

}  // namespace corpuscope::explore
