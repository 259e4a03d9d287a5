// W3, the disk's floor: an order record made durable in a plain file.
// usage: w3_file MODE DIRECTORY [seconds=2]
//   append           write to a growing file + fdatasync: the metadata is journalled too
//   prealloc         pwrite into a file written beforehand + fdatasync
//   prealloc-batchN  N records in one pwrite + fdatasync
//   direct4k         O_DIRECT and O_DSYNC, 4 KiB, into a file written beforehand
//   uring            write and fdatasync linked through io_uring, into a file written beforehand
//   write-only, mmap-only   survive the process but not the machine
#include "commits.hpp"
#include <fcntl.h>
#include <liburing.h>
#include <sys/mman.h>
#include <unistd.h>

static constexpr size_t capacity = 64 << 20;

static int written_beforehand(const char *path) {
    int file = open(path, O_CREAT | O_TRUNC | O_RDWR, 0644);
    if (file < 0)
        fail("open");
    std::string zeros(1 << 20, 0);
    for (size_t at = 0; at < capacity; at += zeros.size())
        if (write(file, zeros.data(), zeros.size()) != (ssize_t)zeros.size())
            fail("write");
    if (fsync(file))
        fail("fsync");
    return file;
}

static off_t place(uint64_t number) { return number * record_size % (capacity - record_size); }

static void append(const std::string &mode, const char *path, double seconds) {
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0644);
    if (file < 0)
        fail("open");
    Record record;
    bool durable = mode == "append";
    time_commits("floor", "", mode, seconds, 1, [&](uint64_t number) {
        record.fill(number);
        if (write(file, record.bytes, record_size) != (ssize_t)record_size)
            fail("write");
        if (durable && fdatasync(file))
            fail("fdatasync");
    });
}

static void overwrite(const std::string &mode, int file, double seconds) {
    Record record;
    time_commits("floor", "", mode, seconds, 1, [&](uint64_t number) {
        record.fill(number);
        if (pwrite(file, record.bytes, record_size, place(number)) != (ssize_t)record_size)
            fail("pwrite");
        if (fdatasync(file))
            fail("fdatasync");
    });
}

static void overwrite_batch(const std::string &mode, int file, double seconds, int batch) {
    Record record;
    std::string records(record_size * batch, 'x');
    size_t at = 0;
    time_commits("floor", "", mode, seconds, batch, [&](uint64_t number) {
        for (int i = 0; i < batch; i++) {
            record.fill(number * batch + i);
            memcpy(&records[i * record_size], record.bytes, record_size);
        }
        if (at + records.size() > capacity)
            at = 0;
        if (pwrite(file, records.data(), records.size(), at) != (ssize_t)records.size())
            fail("pwrite");
        at += records.size();
        if (fdatasync(file))
            fail("fdatasync");
    });
}

static void map(const std::string &mode, int file, double seconds) {
    char *memory = (char *)mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    for (size_t at = 0; at < capacity; at += 4096)
        memory[at] = 1;
    Record record;
    time_commits("floor", "", mode, seconds, 1, [&](uint64_t number) {
        record.fill(number);
        memcpy(memory + place(number), record.bytes, record_size);
    });
}

static void submit(const std::string &mode, int file, double seconds) {
    io_uring ring;
    if (io_uring_queue_init(8, &ring, 0))
        fail("io_uring");
    Record record;
    time_commits("floor", "", mode, seconds, 1, [&](uint64_t number) {
        record.fill(number);
        io_uring_sqe *entry = io_uring_get_sqe(&ring);
        io_uring_prep_write(entry, file, record.bytes, record_size, place(number));
        entry->flags |= IOSQE_IO_LINK;
        entry = io_uring_get_sqe(&ring);
        io_uring_prep_fsync(entry, file, IORING_FSYNC_DATASYNC);
        io_uring_submit_and_wait(&ring, 2);
        for (int i = 0; i < 2; i++) {
            io_uring_cqe *completion;
            io_uring_wait_cqe(&ring, &completion);
            if (completion->res < 0)
                fail("io_uring completion");
            io_uring_cqe_seen(&ring, completion);
        }
    });
}

static void direct(const std::string &mode, const char *path, double seconds) {
    close(written_beforehand(path));
    int file = open(path, O_WRONLY | O_DIRECT | O_DSYNC);
    if (file < 0)
        fail("open");
    void *block;
    if (posix_memalign(&block, 4096, 4096))
        fail("posix_memalign");
    memset(block, 0, 4096);
    Record record;
    time_commits("floor", "", mode, seconds, 1, [&](uint64_t number) {
        record.fill(number);
        memcpy(block, record.bytes, record_size);
        if (pwrite(file, block, 4096, number * 4096 % capacity) != 4096)
            fail("pwrite");
    });
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: w3_file MODE DIRECTORY [seconds]\n");
        return 2;
    }
    std::string mode = arguments[1], path = std::string(arguments[2]) + "/w3.dat";
    double seconds = count > 3 ? atof(arguments[3]) : 2;
    int batch = number_after(mode, "batch");
    if (mode == "append" || mode == "write-only")
        append(mode, path.c_str(), seconds);
    else if (mode == "direct4k")
        direct(mode, path.c_str(), seconds);
    else if (batch)
        overwrite_batch(mode, written_beforehand(path.c_str()), seconds, batch);
    else if (mode == "prealloc")
        overwrite(mode, written_beforehand(path.c_str()), seconds);
    else if (mode == "mmap-only")
        map(mode, written_beforehand(path.c_str()), seconds);
    else if (mode == "uring")
        submit(mode, written_beforehand(path.c_str()), seconds);
    else
        return 2;
    unlink(path.c_str());
}
