#include <gmime/gmime.h>

#include <memory>

#include "text/helper/parsers.h"

namespace corpuscope::text {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
struct Free {
  void operator()(char* text) const { g_free(text); }
};
template <class Type>
using Ref = std::unique_ptr<Type, Unref>;
using Text = std::unique_ptr<char, Free>;

constexpr int deepest = 20;  // parts inside each other

std::string text_of(const char* text) { return text ? text : ""; }

std::string addresses(GMimeMessage* message, GMimeAddressType type) {
  auto* list = g_mime_message_get_addresses(message, type);
  const Text shown(list ? internet_address_list_to_string(list, nullptr, FALSE) : nullptr);
  return text_of(shown.get());
}

std::string date_of(GMimeMessage* message) {
  GDateTime* date = g_mime_message_get_date(message);
  if (!date) return {};
  const Text shown(g_date_time_format(date, "%Y-%m-%d %H:%M:%S %z"));
  return text_of(shown.get());
}

// What a reader of the message sees first.
struct Body {
  std::string plain, html;
  int attachments = 0;
};

std::string decoded(GMimeTextPart* part) {
  const Text text(g_mime_text_part_get_text(part));
  return text_of(text.get());
}

void collect(GMimeObject* part, Body& body, int depth);

// The same in several forms: the last that can be read is meant to be the best, but plain text is read if it is
// there.
void collect_alternative(GMimeMultipart* parts, Body& body, int depth) {
  Body best;
  for (int i = 0; i < g_mime_multipart_get_count(parts); ++i) {
    Body one;
    collect(g_mime_multipart_get_part(parts, i), one, depth);
    if (best.plain.empty()) best.plain = one.plain;
    if (best.html.empty()) best.html = one.html;
    best.attachments += one.attachments;
  }
  body.plain += best.plain;
  if (best.plain.empty()) body.html += best.html;
  body.attachments += best.attachments;
}

void collect(GMimeObject* part, Body& body, int depth) {
  if (!part) return;
  if (depth > deepest) throw std::runtime_error("more than " + std::to_string(deepest) + " parts inside each other");
  if (GMIME_IS_MULTIPART(part)) {
    auto* parts = GMIME_MULTIPART(part);
    if (g_mime_content_type_is_type(g_mime_object_get_content_type(part), "multipart", "alternative"))
      return collect_alternative(parts, body, depth + 1);
    for (int i = 0; i < g_mime_multipart_get_count(parts); ++i)
      collect(g_mime_multipart_get_part(parts, i), body, depth + 1);
    return;
  }
  const char* disposition = g_mime_object_get_disposition(part);
  const bool attached = disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
  if (attached || !GMIME_IS_TEXT_PART(part)) {
    ++body.attachments;
    return;
  }
  const auto text = decoded(GMIME_TEXT_PART(part));
  const bool html = g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", "html");
  auto& to = html ? body.html : body.plain;
  if (!to.empty()) to += '\n';
  to += text;
}

int put_message(GMimeMessage* message, Output& output) {
  std::string head;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) head += std::string(name) + ": " + value + "\n";
  };
  const auto subject = text_of(g_mime_message_get_subject(message));
  add("From", addresses(message, GMIME_ADDRESS_TYPE_FROM));
  add("To", addresses(message, GMIME_ADDRESS_TYPE_TO));
  add("Date", date_of(message));
  add("Subject", subject);
  Body body;
  collect(g_mime_message_get_mime_part(message), body, 0);
  output.put(RecordKind::anchor, subject.empty() ? "message without subject" : subject);
  output.put(RecordKind::paragraph, head);
  if (!body.plain.empty()) output.put(RecordKind::paragraph, body.plain);
  if (!body.html.empty()) output.put(RecordKind::html, body.html);
  return body.attachments;
}

}  // namespace

void put_mail(std::string_view bytes, Output& output) {
  g_mime_init();
  const bool mbox = bytes.starts_with("From ");
  const Ref<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_format(parser.get(), mbox ? GMIME_FORMAT_MBOX : GMIME_FORMAT_MESSAGE);
  std::int64_t messages = 0, attachments = 0;
  do {
    const Ref<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
    if (!message) break;
    attachments += put_message(message.get(), output);
    ++messages;
  } while (mbox && !g_mime_parser_eos(parser.get()));
  if (messages == 0) throw std::runtime_error("damaged (no message in it)");
  if (attachments > 0)
    output.put(RecordKind::note, std::to_string(attachments) +
                                     (attachments == 1 ? " attachment is" : " attachments are") + " left out");
}

}  // namespace corpuscope::text
