import java.io.IOException;
import java.nio.file.Path;

/** Turns the valid readings of a file from kelvin into degrees Celsius, where they are. */
final class Convert {
    public static void main(String[] arguments) throws IOException {
        Reading readings = Reading.open(Path.of(arguments[0]));
        for (int row = 0; row < readings.count(); row++) {
            if (readings.get_valid(row)) {
                readings.set_degrees(row, readings.get_degrees(row) - 273.15);
            }
        }
        System.out.println("Java has converted those of sensor " + readings.get_sensor(0));
    }
}
