// W3, SQLite as a store of orders, through its C interface.
// usage: w3_sqlite MODE DIRECTORY [seconds=2]
//   wal-normal (not durable at each commit) | wal-full | wal-full-batchN (N rows a transaction)
//   delete-full   the rollback journal: the default, and what hummingbot runs with
#include "commits.hpp"
#include <sqlite3.h>
#include <unistd.h>

static void remove_files(const std::string &path) {
    for (auto suffix : {"", "-wal", "-shm", "-journal"})
        unlink((path + suffix).c_str());
}

static void run(sqlite3 *database, const char *statement) {
    char *message = nullptr;
    if (sqlite3_exec(database, statement, nullptr, nullptr, &message) == SQLITE_OK)
        return;
    fprintf(stderr, "w3_sqlite: %s: %s\n", statement, message);
    exit(1);
}

static sqlite3_stmt *prepared(sqlite3 *database, const char *text) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, text, -1, &statement, nullptr) == SQLITE_OK)
        return statement;
    fprintf(stderr, "w3_sqlite: %s\n", sqlite3_errmsg(database));
    exit(1);
}

static void step(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) {
        fprintf(stderr, "w3_sqlite: %s\n", sqlite3_errmsg(sqlite3_db_handle(statement)));
        exit(1);
    }
    sqlite3_reset(statement);
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: w3_sqlite MODE DIRECTORY [seconds]\n");
        return 2;
    }
    std::string mode = arguments[1], path = std::string(arguments[2]) + "/w3.sqlite";
    double seconds = count > 3 ? atof(arguments[3]) : 2;
    int batch = std::max(1, number_after(mode, "batch"));
    bool log = mode.find("wal") != std::string::npos, full = mode.find("full") != std::string::npos;
    remove_files(path);
    sqlite3 *database;
    if (sqlite3_open(path.c_str(), &database))
        return 1;
    run(database, log ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE");
    run(database, full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    run(database, "CREATE TABLE orders(id TEXT PRIMARY KEY, body BLOB)");
    sqlite3_stmt *insert = prepared(database, "INSERT INTO orders VALUES(?,?)");
    sqlite3_stmt *begin = prepared(database, "BEGIN IMMEDIATE"), *commit = prepared(database, "COMMIT");
    Record record;
    time_commits("sqlite", sqlite3_libversion(), mode, seconds, batch, [&](uint64_t number) {
        record.fill(number);
        step(begin);
        for (int i = 0; i < batch; i++) {
            char key[24];
            int length = snprintf(key, sizeof key, "o%020lu", (unsigned long)(number * batch + i));
            sqlite3_bind_text(insert, 1, key, length, SQLITE_STATIC);
            sqlite3_bind_blob(insert, 2, record.bytes, record_size, SQLITE_STATIC);
            step(insert);
        }
        step(commit);
    });
    for (auto *statement : {insert, begin, commit})
        sqlite3_finalize(statement);
    sqlite3_close(database);
    remove_files(path);
}
