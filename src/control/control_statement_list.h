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
