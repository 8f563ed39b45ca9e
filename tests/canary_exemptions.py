"""Columns that carry no canary, each with the reason. Reviewed by people. Not here: who may see which word."""

from __future__ import annotations

KEY = "a key, a hash or a slug that addresses use: another value would break the world, and it says nothing"
WORD = "one of a fixed set of words"
UNSEEN = "never shown: what is shown is derived from another column, which has its canary"
SECRET = "a hash of a secret"
LIST = "ids and figures, no text of people"
FILE = "the hash that names a stored file; the file itself has its canary (planting.plant_files)"

EXEMPT: dict[str, str] = {
    "people_person.password": SECRET, "people_person.email": KEY, "people_person.username": KEY,
    "people_person.state": WORD, "people_person.sort_key": UNSEEN, "people_person.words_key": UNSEEN,
    "people_person.photo": FILE, "people_person.language": WORD, "people_person.theme": WORD,
    "people_person.text_size": WORD, "people_person.time_zone": WORD, "people_person.stream_order": WORD,
    "people_person.hidden_fields": WORD, "people_subject.kind": WORD, "people_subject.folded": UNSEEN,
    "people_profilefield.type": WORD, "people_profilefield.choices": "offered words; values have canaries",
    "people_group.rule": "departments and sites, shown to administrators as they stand",
    "spaces_space.kind": WORD, "spaces_space.slug": KEY, "spaces_space.theme": WORD, "spaces_space.access": WORD,
    "spaces_space.cover": FILE, "spaces_space.posting": WORD, "spaces_membership.role": WORD, "spaces_spacetool.slug": KEY,
    "contributions_contribution.kind": KEY, "contributions_contribution.card": LIST,
    "contributions_contribution.language": WORD, "contributions_contribution.state": WORD,
    "contributions_contribution.reaction_counts": LIST, "contributions_reply.state": WORD,
    "contributions_reply.reaction_counts": LIST,
    "contributions_reaction.name": WORD, "contributions_tag.word": KEY, "contributions_attachment.sha256": FILE,
    "contributions_attachment.media_type": WORD, "contributions_attachment.name": KEY, "contributions_draft.place": KEY,
    "contributions_tagfollow.word": KEY, "contributions_linkcard.url": KEY, "contributions_total.name": WORD,
    "contributions_entry.kind": KEY, "search_word.word": "shown only where it stands in something readable; test_canary_search",
    "search_word.parts": UNSEEN,
    "contributions_recurring.option": WORD, "contributions_recurring.every": WORD,
    "contributions_recurring.paused_because": "said by the job; contributions/tests",
    "accounts_session.session_key": SECRET, "accounts_session.session_data": SECRET,
    "accounts_session.user_agent": "named to its owner in our words", "accounts_signinlink.token_hash": SECRET,
    "accounts_signinlink.purpose": WORD, "accounts_signinlink.address": KEY, "accounts_attempt.bucket": SECRET,
    "accounts_apppassword.secret_hash": SECRET, "accounts_apppassword.scope": WORD,
    "dav_lock.token": SECRET, "dav_lock.root": KEY, "dav_lock.scope": WORD, "dav_lock.depth": WORD,
    "dav_lock.owner": "what a program says of itself to who may read the file; dav/tests/test_locks.py",
    "accounts_message.state": WORD, "accounts_message.headers": "keys and addresses; read in mails by tests/test_canary_digests.py",
    "push_device.endpoint": SECRET, "push_device.public_key": SECRET, "push_device.auth": SECRET,
    "push_switch.hosts": "names of services, shown to administrators as they stand",
    "mailing_habit.rhythm": WORD, "mailing_placerhythm.rhythm": WORD, "mailing_networkrule.rhythm": WORD, "mailing_digest.period": WORD,
    "mailing_answertaken.mark": SECRET, "mailing_answertaken.outcome": WORD,
    "accounts_message.to": "an address", "accounts_message.error": "a server's words",
    "accounts_message.html": UNSEEN, "accounts_message.calendar": UNSEEN, "membership_invitation.email": KEY, "membership_invitation.token_hash": SECRET,
    "membership_joinrequest.state": WORD, "membership_joinrequest.answer": "told by a notice; membership/tests",
    "membership_communityrequest.state": WORD, "membership_communityrequest.answer": "told by a notice; membership/tests",
    "membership_charter.source": "shown to hosts only in its last version, as its html is to all",
    "membership_communitytemplate.fields": "words in two languages by key, which a canary would break",
    "announcements_announcement.word": WORD,
    "attention_notice.reason": WORD, "attention_notice.category": WORD, "attention_rule.category": WORD, "attention_notice.thing_kind": KEY,
    "web_network.name": "public: it stands in every page", "web_network.logo": FILE, "web_network.language": WORD,
    "web_network.promise": "public", "web_network.who_creates": WORD, "web_network.signs_in_by": WORD,
    "web_network.mail": "a relay's settings, shown to administrators without the password",
    "web_network.home_blocks": "public to all who are signed in", "web_network.checklist": LIST,
    "web_sitetext.slug": KEY, "web_sitetext.source": UNSEEN, "web_sitetext.html": "public",
    "journal_activity.verb": WORD, "journal_activity.thing_kind": KEY, "journal_activity.payload": LIST,
    "journal_receipt.key": SECRET, "journal_receipt.path": KEY, "journal_receipt.location": KEY,
    "transfer_source.origin": KEY, "transfer_source.kind": KEY, "transfer_source.source_id": KEY,
    "transfer_run.kind": KEY, "transfer_run.state": WORD, "transfer_run.path": KEY, "transfer_run.report": LIST,
    "documents_folder.name_key": UNSEEN, "documents_document.name_key": UNSEEN, "documents_document.link": KEY,
    "documents_document.media_type": WORD, "documents_version.sha256": FILE, "documents_version.media_type": WORD,
    "documents_version.preview": WORD, "documents_version.pages": "hashes and sizes of the drawn pages",
    "documents_document.name": "sorted and saved by; the title, which is the same, has its canary",
    "documents_version.name": "what older versions are saved as", "documents_discarded.folders": LIST,
    "documents_discarded.files": LIST, "documents_incoming.name": UNSEEN, "documents_incoming.note": UNSEEN,
    "pages_room.epoch": "random letters that name one history of a shared text",
    "pages_version.title": "the title as it stood; the last one, which is the same, has its canary",
    "approvals_review.digest": KEY, "approvals_review.state": WORD, "approvals_approver.answer": WORD,
    "membership_toolopening.slug": KEY,
    "ballots_box.method": WORD, "polls_poll.results": WORD, "polls_poll.outcome": UNSEEN,
    "calendar_event.zone": WORD, "calendar_question.zone": WORD, "calendar_event.rule": WORD, "calendar_event.uid": KEY, "calendar_event.notes": UNSEEN,
    "calendar_answer.choice": WORD, "calendar_feed.token_hash": SECRET,
    "feeds_source.url": KEY, "feeds_source.site_url": KEY, "feeds_source.etag": UNSEEN, "feeds_source.last_modified": UNSEEN,
    "feeds_source.trouble": WORD, "feeds_item.mark": KEY, "feeds_item.twin": KEY, "feeds_item.digest": KEY,
    "feeds_item.url": KEY, "feeds_item.folded": UNSEEN, "feeds_word.folded": UNSEEN,
    "feeds_letterbox.token_hash": SECRET, "feeds_picture.address": KEY, "feeds_picture.sha256": FILE,
    "people_person.stream_tools": WORD, "web_insidehost.place": KEY,
    "forum_topic.mode": WORD, "forum_topic.outcome": UNSEEN,
}  # fmt: skip

# Planted and guarded against everybody, but not asked to be found: where their rightful reader meets them, and why the
# sweep's plain GETs don't.
NOT_SOUGHT: dict[str, str] = {
    "membership_communitytemplate.name": "the assistant shows the copy inside fields, whose shape a canary would break",
    "contributions_attachment.alt": "what the composer proposes; readers get the alternative text of the Markdown, which has its canary",
}
