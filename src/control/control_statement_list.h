/* Every question this room asks its database again and again, prepared once when it is opened. */
CONTROL_STATEMENT(PROJECT_INSERT, "INSERT INTO project"
                                  " (name, token, secret_hash, zone, sample, created_ms)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
CONTROL_STATEMENT(PROJECT_LIST, "SELECT id, name, token, zone, secret_hash, week_start, sample"
                                " FROM project ORDER BY id")
CONTROL_STATEMENT(PROJECT_COUNT, "SELECT count(*) FROM project")
CONTROL_STATEMENT(PROJECT_BY_NAME, "SELECT id FROM project WHERE name = ?1")
CONTROL_STATEMENT(PROJECT_BY_ID, "SELECT id FROM project WHERE id = ?1")
CONTROL_STATEMENT(TOKEN_INSERT, "INSERT INTO token (project, kind, hash, created_ms, expires_ms)"
                                " VALUES (?1, ?2, ?3, ?4, ?5)")
CONTROL_STATEMENT(TOKEN_FIND, "SELECT id, project, kind, expires_ms, used_ms FROM token"
                              " WHERE hash = ?1 AND revoked_ms = 0")
CONTROL_STATEMENT(TOKEN_USED, "UPDATE token SET used_ms = ?2 WHERE id = ?1")
CONTROL_STATEMENT(TOKEN_REVOKE, "UPDATE token SET revoked_ms = ?2 WHERE id = ?1")
CONTROL_STATEMENT(TOKEN_COUNT, "SELECT count(*) FROM token WHERE ?1 = 0 OR project = ?1")
CONTROL_STATEMENT(TOKEN_LIST, "SELECT token.id, project.name, kind, token.created_ms, expires_ms,"
                              " used_ms, revoked_ms"
                              " FROM token JOIN project ON project.id = token.project"
                              " WHERE ?1 = 0 OR project = ?1 ORDER BY token.id")
CONTROL_STATEMENT(LINK_INSERT,
                  "INSERT INTO link (hash, created_ms, expires_ms) VALUES (?1, ?2, ?3)")
CONTROL_STATEMENT(LINK_USE, "UPDATE link SET used_ms = ?2"
                            " WHERE hash = ?1 AND used_ms = 0 AND expires_ms > ?2")
CONTROL_STATEMENT(LINK_EXPIRE, "DELETE FROM link WHERE expires_ms <= ?1")
CONTROL_STATEMENT(SIGN_IN_INSERT,
                  "INSERT INTO sign_in (hash, created_ms, expires_ms) VALUES (?1, ?2, ?3)")
CONTROL_STATEMENT(SIGN_IN_FIND, "SELECT 1 FROM sign_in WHERE hash = ?1 AND expires_ms > ?2")
CONTROL_STATEMENT(SIGN_IN_DELETE, "DELETE FROM sign_in WHERE hash = ?1")
CONTROL_STATEMENT(SIGN_IN_EXPIRE, "DELETE FROM sign_in WHERE expires_ms <= ?1")

CONTROL_STATEMENT(KEY_COUNT, "SELECT count(*) FROM token WHERE kind = 'ing' AND revoked_ms = 0")
CONTROL_STATEMENT(KEY_LIST, "SELECT hash, project FROM token"
                            " WHERE kind = 'ing' AND revoked_ms = 0 ORDER BY id")

CONTROL_STATEMENT(SHIELD_BEGIN, "INSERT INTO shield (project, revision) VALUES (?1, 1)"
                                " ON CONFLICT (project) DO UPDATE SET revision = revision + 1")
CONTROL_STATEMENT(SHIELD_MODE, "UPDATE shield SET mode = ?2, mode_until_ms = ?3, mode_by = ?4,"
                               " mode_reason = ?5, mode_set_ms = ?6 WHERE project = ?1")
CONTROL_STATEMENT(SHIELD_SDK, "UPDATE shield SET autocapture = coalesce(?2, autocapture),"
                              " observe = coalesce(?3, observe), sample = coalesce(?4, sample),"
                              " routes = coalesce(?5, routes), params = coalesce(?6, params)"
                              " WHERE project = ?1")
CONTROL_STATEMENT(DICTIONARY_GET, "SELECT salt, uploaded, observe, length(listed) / 8 FROM shield"
                                  " WHERE project = ?1")
CONTROL_STATEMENT(DICTIONARY_UPLOAD,
                  "UPDATE shield SET salt = ?2, uploaded = ?3 WHERE project = ?1")
CONTROL_STATEMENT(DICTIONARY_SET, "UPDATE shield SET salt = ?2, listed = ?3, dictionary = ?4,"
                                  " dictionary_count = ?5 WHERE project = ?1")
CONTROL_STATEMENT(OBSERVED_LIST, "SELECT hash, is_forgotten, by_whom, made_ms FROM shield_observed"
                                 " WHERE project = ?1 ORDER BY made_ms DESC, hash")
CONTROL_STATEMENT(OBSERVED_COUNT, "SELECT count(*) FROM shield_observed WHERE project = ?1")
CONTROL_STATEMENT(OBSERVED_ADD,
                  "INSERT INTO shield_observed (project, hash, is_forgotten, by_whom, made_ms)"
                  " VALUES (?1, ?2, 0, '', ?3) ON CONFLICT DO NOTHING")
CONTROL_STATEMENT(OBSERVED_FORGET,
                  "INSERT INTO shield_observed (project, hash, is_forgotten, by_whom, made_ms)"
                  " VALUES (?1, ?2, 1, ?3, ?4) ON CONFLICT DO UPDATE SET is_forgotten = 1,"
                  " by_whom = ?3, made_ms = ?4")
CONTROL_STATEMENT(OBSERVED_CLEAR, "DELETE FROM shield_observed WHERE project = ?1")
/* The newest texts of a project, and what is in force of the rest, each as one text. */
#define SHIELD_COLUMNS                                                                         \
    "SELECT project, revision, mode, mode_until_ms,"                                           \
    " coalesce((SELECT contents FROM shield_text AS t WHERE t.project = shield.project"        \
    "  AND kind = 0 ORDER BY t.revision DESC LIMIT 1), ''),"                                   \
    " coalesce((SELECT contents FROM shield_text AS t WHERE t.project = shield.project"        \
    "  AND kind = 1 ORDER BY t.revision DESC LIMIT 1), ''),"                                   \
    " coalesce((SELECT group_concat(property || char(9) || detector || char(9) || until_ms"    \
    "  || char(10), '') FROM (SELECT * FROM shield_loosened AS l"                              \
    "  WHERE l.project = shield.project AND until_ms > ?1 ORDER BY property, detector)), '')," \
    " coalesce((SELECT group_concat(property || char(10), '') FROM (SELECT property"           \
    "  FROM shield_held AS h WHERE h.project = shield.project AND released_ms = 0"             \
    "  ORDER BY property)), ''),"                                                              \
    " autocapture, observe, sample, routes, params, salt, dictionary, dictionary_count,"       \
    " mode_by, mode_reason, mode_set_ms, listed FROM shield"
CONTROL_STATEMENT(SHIELD_LIST, SHIELD_COLUMNS " ORDER BY project")
CONTROL_STATEMENT(SHIELD_FIND, SHIELD_COLUMNS " WHERE project = ?2")
#undef SHIELD_COLUMNS

CONTROL_STATEMENT(SHIELD_TEXT_TOTAL,
                  "SELECT coalesce(sum(length(CAST(contents AS BLOB))), 0) FROM shield_text AS t"
                  " WHERE NOT (project = ?1 AND kind = ?2) AND revision = (SELECT max(revision)"
                  " FROM shield_text AS n WHERE n.project = t.project AND n.kind = t.kind)")
CONTROL_STATEMENT(SHIELD_TEXT_LAST, "SELECT coalesce(max(revision), 0) FROM shield_text"
                                    " WHERE project = ?1 AND kind = ?2")
CONTROL_STATEMENT(SHIELD_TEXT_INSERT,
                  "INSERT INTO shield_text (project, kind, revision, contents, by_whom, made_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
CONTROL_STATEMENT(SHIELD_TEXT_EXPIRE, "DELETE FROM shield_text"
                                      " WHERE project = ?1 AND kind = ?2 AND revision <= ?3")
CONTROL_STATEMENT(SHIELD_TEXT_GET,
                  "SELECT contents FROM shield_text WHERE project = ?1 AND kind = ?2"
                  " AND (?3 = 0 OR revision = ?3) ORDER BY revision DESC LIMIT 1")
CONTROL_STATEMENT(SHIELD_TEXT_LIST,
                  "SELECT kind, revision, length(CAST(contents AS BLOB)), by_whom, made_ms"
                  " FROM shield_text WHERE project = ?1 ORDER BY kind, revision DESC")
CONTROL_STATEMENT(SHIELD_LOOSEN,
                  "INSERT INTO shield_loosened (project, property, detector, by_whom, reason,"
                  " made_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                  " ON CONFLICT (project, property, detector) DO UPDATE SET by_whom = ?4,"
                  " reason = ?5, made_ms = ?6, until_ms = ?7")
CONTROL_STATEMENT(SHIELD_TIGHTEN, "UPDATE shield_loosened SET until_ms = ?4 WHERE project = ?1"
                                  " AND property = ?2 AND detector = ?3 AND until_ms > ?4")
CONTROL_STATEMENT(SHIELD_LOOSENED_COUNT,
                  "SELECT count(*) FROM shield_loosened WHERE project = ?1 AND until_ms > ?2")
CONTROL_STATEMENT(SHIELD_LOOSENED_LIST,
                  "SELECT property, detector, by_whom, reason, made_ms, until_ms"
                  " FROM shield_loosened WHERE project = ?1 ORDER BY property, detector")
CONTROL_STATEMENT(SHIELD_HELD_COUNT,
                  "SELECT count(*) FROM shield_held WHERE project = ?1 AND released_ms = 0")
CONTROL_STATEMENT(SHIELD_HOLD,
                  "INSERT INTO shield_held (project, property, by_whom, reason, held_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")
CONTROL_STATEMENT(SHIELD_RELEASE,
                  "UPDATE shield_held SET released_by = ?3, release_reason = ?4, released_ms = ?5"
                  " WHERE project = ?1 AND property = ?2 AND released_ms = 0")
CONTROL_STATEMENT(SHIELD_HELD_EXPIRE,
                  "DELETE FROM shield_held WHERE id IN (SELECT id FROM shield_held"
                  " WHERE project = ?1 AND released_ms <> 0 ORDER BY id DESC LIMIT -1 OFFSET ?2)")
CONTROL_STATEMENT(SHIELD_HELD_LIST,
                  "SELECT property, by_whom, reason, held_ms, released_ms, released_by,"
                  " release_reason FROM shield_held WHERE project = ?1 ORDER BY id DESC")
