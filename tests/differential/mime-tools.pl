#!/usr/bin/perl
# What Perl's MIME-tools read of each mail of a folder: one line of JSON each, the parts that are no multipart. Arguments: folder, count.
use strict;
use warnings;
use JSON::PP;
use MIME::Parser;

my ($folder, $count) = @ARGV;
my $json = JSON::PP->new->canonical;

for my $number (0 .. $count - 1) {
	my $parser = MIME::Parser->new;
	$parser->output_to_core(1);
	$parser->tmp_to_core(1);
	open(my $file, '<:raw', "$folder/$number.eml") or die;
	my $mail = $parser->parse($file);
	my @parts;
	for my $part ($mail->parts_DFS) {
		next if $part->is_multipart;
		my $head = $part->head;
		my $cid = $head->get('Content-ID') // '';
		$cid =~ s/\s+\z//;
		push @parts, {
			type => lc $head->mime_type,
			disposition => $head->get('Content-Disposition') ? 1 : 0,
			cid => $cid,
			octets => unpack('H*', defined $part->bodyhandle ? $part->bodyhandle->as_string : ''),
		};
	}
	print $json->encode(\@parts), "\n";
}
