#include "ui/attention_view.h"

#include "ui/session.h"

namespace corpuscope::ui {

struct AttentionView::Impl {
  Session& session;
};

AttentionView::AttentionView(Session& session, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(Impl{session})) {
  setAccessibleName(tr("Attention"));
}

AttentionView::~AttentionView() = default;

}  // namespace corpuscope::ui
