// Made from a NumPy dtype. Change that, not this.
import java.io.IOException;
import java.nio.*;
import java.nio.channels.FileChannel;
import java.nio.file.*;

final class $name {
    private static final long LAYOUT = $layout;
    private final ByteBuffer bytes;

    private $name(FileChannel file, long size) throws IOException {
        bytes = file.map(FileChannel.MapMode.READ_WRITE, 0, size).order(ByteOrder.LITTLE_ENDIAN);
        if (size < $header || bytes.getLong(0) != LAYOUT || (size - $header) % $size != 0)
            throw new IOException("the file holds other records than $name");
    }

    static $name open(Path path) throws IOException {
        try (var file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new $name(file, file.size());
        }
    }

    /** A new file: cutting off one that others have mapped would end them with a bus error. */
    static $name create(Path path, int count) throws IOException {
        try (var file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW)) {
            var header = ByteBuffer.allocate($header).order(ByteOrder.LITTLE_ENDIAN).putLong(LAYOUT);
            file.write(header.flip());
            return new $name(file, $header + (long) count * $size);
        }
    }

    int count() { return (bytes.capacity() - $header) / $size; }

    private int at(int row) { return $header + java.util.Objects.checkIndex(row, count()) * $size; }

    private static long fit(long value, long most) {
        if (value < 0 || value > most) throw new IllegalArgumentException(value + " does not fit");
        return value;
    }
$accessors}
