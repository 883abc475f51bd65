#pragma once
// Links that are claimed somewhere in the window, checked as a job: each is read again without its passage
// (explore/link_check.h). What is found is kept in the workspace, where all views read it.

#include <QString>
#include <vector>

#include "workspace/measured.h"

namespace corpuscope::ui {

class Session;

// Session::job_finished tells of it by a text that begins with this, also when it was stopped before the end.
QString link_job();
void check_links(Session& session, qint64 run, std::vector<workspace::Link> links);

QString link_text(const workspace::LinkCheck& check);   // "✓ +1.25 bits", "✗ +0.00 bits"
QString link_words(const workspace::LinkCheck& check);  // what that means

}  // namespace corpuscope::ui
