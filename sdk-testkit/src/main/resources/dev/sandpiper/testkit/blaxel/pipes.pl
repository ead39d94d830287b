# Writes into named pipes without ever waiting for one of them, which Java cannot: opening a pipe
# waits for its reader, and nothing frees who waits there.
#
# Messages in both directions: a four-byte big-endian length, then that many bytes, of which the
# first four are a write's number and the fifth is a letter.
# Reads:  w LENGTH PATH DATA (write this; the path's length has four bytes)
# Writes: k (all of it is in the pipe) | f REASON (it cannot be)
# Ends with its standard input.
use strict;
use warnings;
use bytes;
use Errno qw(EAGAIN EINTR ENXIO);
use Fcntl;
use Time::HiRes ();

exit 0 if @ARGV;
$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM PIPE);
binmode STDIN;
binmode STDOUT;

use constant {
    SOON     => 0.001,    # how long a pipe without reader is left alone, at first
    LATER    => 0.02,     # and once nobody has come for a while
    PATIENCE => 0.1,
};

my %waiting;              # by number: no reader yet
my %writing;              # by file descriptor: not all written yet
my $input = '';

sub report {
    my ($number, $letter, $text) = @_;
    my $message = pack 'NNa1a*', 5 + length $text, $number, $letter, $text;
    my $written = 0;
    while ($written < length $message) {
        my $count = syswrite STDOUT, $message, length($message) - $written, $written;
        exit 1 unless defined $count;
        $written += $count;
    }
}

# Opens it if somebody reads.
sub try_open {
    my ($write) = @_;
    if (sysopen my $handle, $write->{path}, O_WRONLY | O_NONBLOCK) {
        delete $waiting{ $write->{number} };
        $write->{handle} = $handle;
        $writing{ fileno $handle } = $write;
        go_on($write);
    } elsif ($! != ENXIO && $! != EINTR) {
        delete $waiting{ $write->{number} };
        report($write->{number}, 'f', lcfirst "$!");
    }
}

sub go_on {
    my ($write) = @_;
    while ($write->{written} < length $write->{data}) {
        my $count = syswrite $write->{handle}, $write->{data},
            length($write->{data}) - $write->{written}, $write->{written};
        if (defined $count) {
            $write->{written} += $count;
        } elsif ($! == EAGAIN) {
            return;
        } elsif ($! != EINTR) {
            finish($write, 'f', lcfirst "$!");
            return;
        }
    }
    finish($write, 'k', '');
}

sub finish {
    my ($write, $letter, $text) = @_;
    delete $writing{ fileno $write->{handle} };
    close $write->{handle};
    report($write->{number}, $letter, $text);
}

sub command {
    my ($message) = @_;
    my ($number, $letter, $rest) = unpack 'Na1a*', $message;
    my ($path, $data) = unpack 'N/a a*', $rest;
    my $write = {
        number  => $number,
        path    => $path,
        data    => $data,
        written => 0,
        begun   => Time::HiRes::time(),
    };
    $waiting{$number} = $write;
    try_open($write);
}

sub pause {
    return undef unless %waiting;
    my $now = Time::HiRes::time();
    return (grep { $now - $_->{begun} < PATIENCE } values %waiting) ? SOON : LATER;
}

while (1) {
    my ($readable, $writable) = ('', '');
    vec($readable, 0, 1) = 1;
    vec($writable, $_, 1) = 1 for keys %writing;
    my $count = select $readable, $writable, undef, pause();
    next if $count < 0;
    for my $descriptor (grep { vec $writable, $_, 1 } keys %writing) {
        go_on($writing{$descriptor});
    }
    try_open($_) for values %waiting;
    next unless vec $readable, 0, 1;
    sysread STDIN, $input, 1048576, length $input or exit 0;
    while (length $input >= 4) {
        my $length = unpack 'N', $input;
        last if length $input < 4 + $length;
        command(substr $input, 4, $length);
        substr($input, 0, 4 + $length) = '';
    }
}
