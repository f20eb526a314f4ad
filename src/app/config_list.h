/* Every setting: what it is called, what it may be, what it is when nobody says. From this one list
 * come the enum, the configuration file, the environment variables and `candor help config`.
 *
 * CONFIG(section, key, type, fallback, smallest, largest, help)
 *   type    TEXT, COUNT, BYTES (takes K, M, G, T, each 1024 times the one before) or LEVEL
 *   bounds  of the number; of a text, its size in bytes
 * A number whose fallback is "auto" may be set to "auto", too. */
CONFIG(server, listen, TEXT, "127.0.0.1:8080", 1, 255,
       "address and port to listen on; port 0 takes a free one")
CONFIG(server, threads, COUNT, "auto", 1, 256,
       "threads that serve connections; auto: one for each processor")
CONFIG(http, trusted_proxies, TEXT, "", 0, 1000,
       "addresses and networks whose X-Forwarded-For is believed, by blanks")
CONFIG(enrich, country_file, TEXT, "", 0, 900,
       "a MaxMind DB of countries; empty: the one that is built in")
CONFIG(data, folder, TEXT, "/var/lib/candor", 1, 900, "the data folder")
CONFIG(store, memtable_rows, COUNT, "auto", 1, 100000000,
       "fresh events of a project held in memory until they go to a segment")
CONFIG(store, memtable_bytes, BYTES, "auto", 65536, 1099511627776,
       "memory for the fresh events of a project until they go to a segment")
CONFIG(wal, bytes_max, BYTES, "auto", 65536, 1099511627776,
       "log behind which the oldest project is written to a segment")
CONFIG(disk, reserve, BYTES, "auto", 0, 1125899906842624,
       "free disk space that is never used; auto: 2 % of the disk or 1 GiB")
CONFIG(query, threads, COUNT, "auto", 1, 256,
       "threads for one question; auto: one for each processor")
CONFIG(query, memory, BYTES, "auto", 1048576, 1099511627776, "memory for one question")
CONFIG(shield, webhook, TEXT, "", 0, 1000,
       "http or https address that is told of the first finding of each kind")
CONFIG(log, level, LEVEL, "info", 0, 0, "what is logged at least: debug, info, warning or error")
