// W3, RocksDB as a store of orders, the way our own outbox uses it: one WriteBatch a commit.
// usage: w3_rocksdb MODE DIRECTORY [seconds=2]
//   nosync | sync | sync-batchN (N records a WriteBatch) | sync-threadsN (N writers, its own group commit)
#include "commits.hpp"
#include <atomic>
#include <rocksdb/db.h>
#include <rocksdb/version.h>
#include <rocksdb/write_batch.h>
#include <thread>

static void check(const rocksdb::Status &status) {
    if (status.ok())
        return;
    fprintf(stderr, "w3_rocksdb: %s\n", status.ToString().c_str());
    exit(1);
}

class Store {
    rocksdb::DB *database;
    rocksdb::WriteOptions options;

public:
    Store(const rocksdb::Options &how, const std::string &path, bool durable) {
        check(rocksdb::DB::Open(how, path, &database));
        options.sync = durable;
    }
    ~Store() { delete database; }
    void put(uint64_t number, int count, const Record &record) {
        rocksdb::WriteBatch batch;
        for (int i = 0; i < count; i++) {
            char key[24];
            snprintf(key, sizeof key, "o%020lu", (unsigned long)(number * count + i));
            batch.Put(rocksdb::Slice(key, 21), rocksdb::Slice(record.bytes, record_size));
        }
        check(database->Write(options, &batch));
    }
};

static void time_threads(Store &store, const std::string &version, const std::string &mode, double seconds,
                         int count) {
    Record record;
    record.fill(0);
    std::atomic<uint64_t> number{0};
    std::vector<std::vector<uint32_t>> samples(count);
    std::vector<std::thread> threads;
    uint64_t began = now_ns(), end = began + uint64_t(seconds * 1e9);
    for (int i = 0; i < count; i++)
        threads.emplace_back([&, i] {
            while (now_ns() < end) {
                uint64_t before = ticks();
                store.put(number++, 1, record);
                samples[i].push_back(uint32_t(ticks() - before));
            }
        });
    for (auto &thread : threads)
        thread.join();
    std::vector<uint32_t> all;
    for (auto &one : samples)
        all.insert(all.end(), one.begin(), one.end());
    report("rocksdb", version, mode, number, number, now_ns() - began, all);
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: w3_rocksdb MODE DIRECTORY [seconds]\n");
        return 2;
    }
    std::string mode = arguments[1], path = std::string(arguments[2]) + "/w3.rocks";
    double seconds = count > 3 ? atof(arguments[3]) : 2;
    ns_per_tick();
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    options.write_buffer_size = 64 << 20;
    rocksdb::DestroyDB(path, options);
    std::string version = rocksdb::GetRocksVersionAsString();
    {
        Store store(options, path, mode != "nosync");
        if (int threads = number_after(mode, "threads")) {
            time_threads(store, version, mode, seconds, threads);
        } else {
            int batch = std::max(1, number_after(mode, "batch"));
            Record record;
            time_commits("rocksdb", version, mode, seconds, batch, [&](uint64_t number) {
                record.fill(number);
                store.put(number, batch, record);
            });
        }
    }
    rocksdb::DestroyDB(path, options);
}
